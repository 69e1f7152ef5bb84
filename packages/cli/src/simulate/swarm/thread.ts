import { parentPort } from "node:worker_threads";
import { loadParts } from "@spotkeeper/controller";
import { createPlayer } from "./player.ts";
import type { Question } from "./threads.ts";

// The entry of a thread that threads.ts starts. What fails here is not caught: it ends the thread, and is told there.
const player = createPlayer(await loadParts());
parentPort?.on("message", (question: Question) => void answer(question));

async function answer({ what, seed }: Question): Promise<void> {
  parentPort?.postMessage(await player[what](seed));
}
