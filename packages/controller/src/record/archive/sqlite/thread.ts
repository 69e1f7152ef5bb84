import { extname } from "node:path";
import { Worker, type WorkerOptions } from "node:worker_threads";
import type { Clock, Ms } from "../../../clock.ts";
import { SpotkeeperError } from "../../../errors.ts";
import { answerWithin, raceWithin } from "../../../race.ts";
import type { Archive } from "../archive.ts";
import { type Answer, type Call, type Functions, type ThreadOptions, toError } from "./thread-calls.ts";

/** The extension of this file: `.ts` in a clone, `.js` in the package. */
const EXTENSION = extname(import.meta.url);
const MAIN = new URL(`./thread-main${EXTENSION}`, import.meta.url);
/** Makes a thread in a clone import TypeScript: it does not inherit the hook of `bin/`. */
const SOURCE: WorkerOptions = EXTENSION === ".ts" ? { execArgv: ["--conditions=@spotkeeper/source"] } : {};

/** A query over ten million incidents without an index takes less. */
const ANSWER_WITHIN: Ms = 60_000;
/** How long a worker that stops waits for the calls before `close`. */
const CLOSE_WITHIN: Ms = 5_000;
/** Bound of calls that wait; each may hold a page or a batch of incidents. */
const MOST_WAITING = 1_000;

/** What is needed of a thread. */
export interface Thread extends Pick<Worker, "postMessage" | "ref" | "unref" | "terminate"> {
  on(event: "message", heard: (answer: Answer) => void): unknown;
  on(event: "error", heard: (error: Error) => void): unknown;
  on(event: "exit", heard: () => void): unknown;
}

/** Starts a thread that opens the file and answers calls (thread-main.ts). */
export const startThread = (options: ThreadOptions): Thread =>
  new Worker(MAIN, { ...SOURCE, workerData: options, name: "archive" });

export interface ArchiveThreadOptions {
  /** For messages. */
  readonly file: string;
  readonly clock: Clock;
  readonly start: () => Thread;
}

/**
 * Opens the SQLite archive in a thread of its own, so that no query delays handling. Calls are answered in their order.
 * A call rejects with SK-ARCHIVE-SLOW if it takes over a minute, with SK-ARCHIVE-BUSY if too many wait, and with
 * SK-ARCHIVE-THREAD if the thread ended; the next call starts another thread.
 *
 * Rejects for a file that must not be changed (of another program, of a newer version).
 */
export async function openArchiveThread({ file, clock, start }: ArchiveThreadOptions): Promise<Archive> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let thread: Thread | null = null;
  let calls = 0;
  let closing: Promise<void> | null = null;

  function begin(): Thread {
    const begun = start();
    begun.on("message", (answer) => settle(begun, answer));
    begun.on("error", (error) => lose(begun, error));
    begun.on("exit", () => lose(begun, null));
    return begun;
  }

  function settle(from: Thread, answer: Answer): void {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) from.unref();
    if ("failure" in answer) {
      const error = toError(answer.failure);
      call?.reject(error);
      if (answer.id === 0) lose(from, error);
    } else call?.resolve(answer.value);
  }

  function lose(lost: Thread, cause: Error | null): void {
    if (thread !== lost) return;
    thread = null;
    const open = [...waiting.values()];
    waiting.clear();
    const why = cause === null ? "" : ` (${cause.message})`;
    const message = `The thread that reads and writes the archive file ${file} ended${why}. The next call starts it again; nothing is lost, since the ledger keeps what is not archived.`;
    for (const call of open) call.reject(new SpotkeeperError("SK-ARCHIVE-THREAD", message, { cause }));
  }

  async function ask(call: Pick<Call, "what" | "args">): Promise<unknown> {
    if (waiting.size >= MOST_WAITING)
      throw new SpotkeeperError(
        "SK-ARCHIVE-BUSY",
        `${MOST_WAITING} calls to the archive file ${file} are waiting. Ask again later; if this lasts, its disk is too slow, or people ask for too long times.`,
      );
    thread ??= begin();
    const id = ++calls;
    const answer = wait(thread, id);
    thread.postMessage({ id, ...call });
    return answer;
  }

  async function wait(asked: Thread, id: number): Promise<unknown> {
    const call = Promise.withResolvers<unknown>();
    waiting.set(id, call);
    asked.ref();
    const answer = await answerWithin(clock, call.promise, ANSWER_WITHIN);
    if (answer !== null) return answer.value;
    waiting.delete(id);
    throw new SpotkeeperError(
      "SK-ARCHIVE-SLOW",
      `The archive file ${file} has not answered for ${ANSWER_WITHIN / 1_000} s. Ask for a shorter time; if this lasts, check its disk.`,
    );
  }

  const call = <F extends keyof Functions>(what: F, ...args: Parameters<Functions[F]>): ReturnType<Functions[F]> =>
    (closing === null ? ask({ what, args }) : Promise.reject(closedError(file))) as ReturnType<Functions[F]>;

  /** Ends the thread, also if it is busy: the file survives that, and the ledger has what is not archived. */
  async function end(): Promise<void> {
    const ended = thread;
    if (ended === null) return;
    await raceWithin(clock, [ask({ what: "close", args: [] }).catch(() => {})], CLOSE_WITHIN);
    thread = null;
    await ended.terminate();
    for (const call of waiting.values()) call.reject(closedError(file));
    waiting.clear();
  }

  thread = begin();
  await wait(thread, 0);
  return {
    put: (incidents) => call("put", incidents),
    get: (key) => call("get", key),
    list: (...args) => call("list", ...args),
    panel: (question) => call("panel", question),
    durations: (question) => call("durations", question),
    close: () => (closing ??= end()),
  };
}

const closedError = (file: string): SpotkeeperError =>
  new SpotkeeperError("SK-ARCHIVE-CLOSED", `The archive ${file} is closed; nothing more can be asked of it.`);
