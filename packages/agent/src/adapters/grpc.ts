import type { Drainable } from "../drain/phases.ts";
import { aborted } from "./aborted.ts";

/** What is used of a `Server` of `@grpc/grpc-js`. */
export interface GrpcServerLike {
  tryShutdown(callback: (error?: Error) => void): void;
  forceShutdown(): void;
}

export interface GrpcOptions {
  /** The health service of `grpc-health-check`, which is told NOT_SERVING. */
  readonly health?: { setStatus(service: string, status: "SERVING" | "NOT_SERVING"): void };
}

/**
 * Drains a server of `@grpc/grpc-js`.
 *
 * - `unready`: the health service says NOT_SERVING, and all calls are served
 * - `finish`: `tryShutdown`: GOAWAY to each client, no new calls, those that run come to their end; `forceShutdown` when
 *   there is no time left. Until then the health service says SERVING again if the notice is called off
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
