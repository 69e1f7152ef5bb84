import type { Drainable } from "../drain/phases.ts";
import { aborted } from "./aborted.ts";

/** The part of a `Server` of `@grpc/grpc-js` that the adapter uses. */
export interface GrpcServerLike {
  tryShutdown(callback: (error?: Error) => void): void;
  forceShutdown(): void;
}

export interface GrpcOptions {
  /** The health service of `grpc-health-check`. The adapter sets it to NOT_SERVING. */
  readonly health?: { setStatus(service: string, status: "SERVING" | "NOT_SERVING"): void };
}

/**
 * Drains a server of `@grpc/grpc-js`.
 *
 * - `unready`: the health service says NOT_SERVING; all calls are still served
 * - `finish`: calls `tryShutdown`: each client gets GOAWAY, new calls are refused, running calls may end. Calls
 *   `forceShutdown` when there is no time left
 *
 * If the notice is cancelled before `finish`, the health service says SERVING again.
 */
export function drainGrpcServer(server: GrpcServerLike, { health }: GrpcOptions = {}): Drainable {
  let shut: Promise<void> | undefined;
  return {
    unready: () => health?.setStatus("", "NOT_SERVING"),
    async finish(context) {
      const { signal, note } = context;
      shut ??= new Promise<void>((resolve, reject) => {
        server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)));
      });
      await Promise.race([shut, aborted(signal)]);
      if (!signal.aborted || context.calledOff) return;
      note("calls were cut off");
      server.forceShutdown();
    },
    get resume() {
      return shut ? undefined : () => health?.setStatus("", "SERVING");
    },
  };
}
