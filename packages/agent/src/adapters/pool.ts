import type { Drainable } from "../drain/phases.ts";
import { aborted } from "./aborted.ts";

/** A pool of database connections such as those of `pg`, `mysql2`, `mariadb`. */
export interface EndsLike {
  end(): PromiseLike<unknown>;
}

/** A pool of worker threads such as `piscina`: `close` lets tasks finish, `destroy` does not. */
export interface WorkerPoolLike {
  close(): PromiseLike<unknown>;
  destroy?(): unknown;
}

/** Ends a pool in the phase `close`, when no handler needs a connection any more. */
export const drainPool = (pool: EndsLike): Drainable => ({ close: () => pool.end() });

/** Lets the tasks of a worker pool finish in the phase `finish`, and ends the workers when there is no time left. */
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
