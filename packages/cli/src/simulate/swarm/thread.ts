import { parentPort, workerData } from "node:worker_threads";
import { loadParts } from "@spotkeeper/controller";
import { createPlayer } from "./player.ts";
import type { Question } from "./threads.ts";
import type { UserFleet } from "./user-fleet.ts";

// The entry point of a thread that threads.ts starts. Errors are not caught: they end the thread, and threads.ts
// handles that.
const player = createPlayer(await loadParts(), workerData as UserFleet | null);
parentPort?.on("message", (question: Question) => void answer(question));

async function answer({ what, seed }: Question): Promise<void> {
  parentPort?.postMessage(await player[what](seed));
}
