import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../../clock.ts";
import { openSqliteArchive } from "./open.ts";
import { type Answer, type Call, type ThreadOptions, toFailure } from "./thread-calls.ts";

// The entry point of the thread that thread.ts starts. An error outside a call ends the thread, and thread.ts handles that.
const send = (answer: Answer): void => parentPort?.postMessage(answer);

try {
  const archive = openSqliteArchive({ ...(workerData as ThreadOptions), clock: systemClock });
  const functions: { readonly [name in Call["what"]]: (...args: never) => Promise<unknown> } = archive;
  parentPort?.on("message", ({ id, what, args }: Call) => {
    functions[what](...(args as never)).then(
      (value) => send({ id, value }),
      (error: unknown) => send({ id, failure: toFailure(error) }),
    );
  });
  send({ id: 0, value: null });
} catch (error) {
  // Nothing listens now, so the thread ends.
  send({ id: 0, failure: toFailure(error) });
}
