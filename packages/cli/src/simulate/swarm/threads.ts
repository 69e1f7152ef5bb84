import { extname } from "node:path";
import { Worker, type WorkerOptions } from "node:worker_threads";
import type { Played, Player } from "./player.ts";
import type { UserFleet } from "./user-fleet.ts";

/** A request to a thread; one at a time. */
export interface Question {
  readonly what: "play" | "tell";
  readonly seed: number;
}

/** A thread's answer. A world that cannot be played ends the thread with an error. */
type Answer = Played | string;

export interface Threads {
  readonly players: readonly Player[];
  end(): Promise<void>;
}

/** The extension of this file: `.ts` in a clone, `.js` in the package. */
const EXTENSION = extname(import.meta.url);
const THREAD = new URL(`./thread${EXTENSION}`, import.meta.url);
/** Makes a thread in a clone import the source of the other packages: it does not inherit the hook of `bin/`. */
const OPTIONS: WorkerOptions = EXTENSION === ".ts" ? { execArgv: ["--conditions=@spotkeeper/source"] } : {};

/** Starts players in threads. Whatever ends a thread rejects its pending request. */
export function startThreads(count: number, user: UserFleet | null = null): Threads {
  const workers = Array.from({ length: count }, () => new Worker(THREAD, { ...OPTIONS, workerData: user }));
  return {
    players: workers.map((worker) => {
      const ask = asking(worker);
      return {
        play: async (seed) => (await ask({ what: "play", seed })) as Played,
        tell: async (seed) => (await ask({ what: "tell", seed })) as string,
      };
    }),
    async end() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function asking(worker: Worker): (question: Question) => Promise<Answer> {
  let waiting: PromiseWithResolvers<Answer> | null = null;
  let ended: Error | null = null;
  const end = (error: Error): void => {
    ended ??= error;
    waiting?.reject(ended);
  };
  worker.on("message", (answer: Answer) => waiting?.resolve(answer));
  worker.on("error", (error: Error) => end(error));
  worker.on("exit", (code) => end(new Error(`its thread ended with code ${code}`)));
  return (question) => {
    if (ended !== null) return Promise.reject(ended);
    waiting = Promise.withResolvers();
    worker.postMessage(question);
    return waiting.promise;
  };
}
