import { extname } from "node:path";
import { Worker } from "node:worker_threads";
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

/** The module beside this one: TypeScript when run from source, JavaScript in the package. */
const THREAD = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);

/** Starts players in threads. Whatever ends a thread rejects its pending request. */
export function startThreads(count: number, user: UserFleet | null = null): Threads {
  const workers = Array.from({ length: count }, () => new Worker(THREAD, { workerData: user }));
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
