import type { Drainable } from "../drain/phases.ts";
import { aborted } from "./aborted.ts";

/** A pool of database connections as `pg`, `mysql2`, `mariadb` and others have it. */
export interface EndsLike {
  end(): PromiseLike<unknown>;
}

/** A pool of workers as `piscina` has it: `close` lets tasks finish, `destroy` does not. */
export interface WorkerPoolLike {
  close(): PromiseLike<unknown>;
  destroy?(): unknown;
}

/** Ends a pool in `close`, when nobody needs a connection any longer. */
export const drainPool = (pool: EndsLike): Drainable => ({ close: () => pool.end() });

/** Lets the tasks of a pool of workers come to their end in `finish`, and ends the workers when there is no time left. */
export const drainWorkerPool = (pool: WorkerPoolLike): Drainable => {
  let closed: PromiseLike<unknown> | undefined;
  return {
    async finish(context) {
      closed ??= pool.close();
      await Promise.race([closed, aborted(context.signal)]);
      if (!context.signal.aborted || context.calledOff) return;
      context.note("tasks were cut off");
      await pool.destroy?.();
    },
  };
};
