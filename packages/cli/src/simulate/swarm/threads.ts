import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Played, Player } from "./player.ts";
import type { UserFleet } from "./user-fleet.ts";

/** What a thread is asked: one thing at a time. */
export interface Question {
  readonly what: "play" | "tell";
  readonly seed: number;
}

/** What it answers; a world that cannot be played ends the thread with an error. */
type Answer = Played | string;

export interface Threads {
  readonly players: readonly Player[];
  end(): Promise<void>;
}

/** The module beside this one: as TypeScript from the source, as JavaScript from the package. */
const THREAD = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);

/** Players in threads of their own. What ends a thread, whatever it is, rejects what the thread was asked. */
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
