import { parentPort, workerData } from "node:worker_threads";
import { loadParts } from "@spotkeeper/controller";
import { createPlayer } from "./player.ts";
import type { Question } from "./threads.ts";
import type { UserFleet } from "./user-fleet.ts";

// The entry of a thread that threads.ts starts. What fails here is not caught: it ends the thread, and is told there.
const player = createPlayer(await loadParts(), workerData as UserFleet | null);
parentPort?.on("message", (question: Question) => void answer(question));

async function answer({ what, seed }: Question): Promise<void> {
  parentPort?.postMessage(await player[what](seed));
}
