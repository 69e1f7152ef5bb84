import { Agent, request } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";

export interface Load {
  /** Answered with 200. */
  readonly served: number;
  /** Answered with 503: told to go elsewhere, which loses nothing. */
  readonly refused: number;
  /** No connection could be made: the server was no longer there, and never took the request. */
  readonly unreached: number;
  /** Anything else, by what went wrong: a request that was taken and had no answer. */
  readonly lost: readonly string[];
  /** Milliseconds of those that were served, while `draining` was set. */
  readonly latencies: readonly number[];
}

export interface LoadOptions {
  readonly url: string;
  readonly connections?: number;
}

export interface RunningLoad {
  /** From now on latencies are kept. */
  draining(): void;
  readonly served: () => number;
  /** Sends no more; resolves when all that was sent is answered. */
  stop(): Promise<Load>;
}

/**
 * A client that keeps its connections: each of 200 sends its next request when the one before is answered, and goes away
 * for good when it is told 503, as one that obeys `Retry-After` does.
 */
export function startLoad({ url, connections = 200 }: LoadOptions): RunningLoad {
  const secure = url.startsWith("https:");
  const agent = secure
    ? new TlsAgent({ keepAlive: true, maxSockets: connections, rejectUnauthorized: false })
    : new Agent({ keepAlive: true, maxSockets: connections });
  const lost: string[] = [];
  const latencies: number[] = [];
  let [served, refused, unreached, keeping] = [0, 0, 0, false];
  const end = new AbortController();

  const once = (): Promise<number> =>
    new Promise((resolve, reject) => {
      let connected = false;
      const sent = (secure ? tlsRequest : request)(url, { agent }, (response) => {
        response.resume();
        response.once("error", reject);
        response.once("close", () =>
          response.complete ? resolve(response.statusCode ?? 0) : reject(new Error("half an answer")),
        );
      });
      sent.once("socket", (socket) => {
        connected = !socket.connecting;
        if (!connected) socket.once("connect", () => (connected = true));
      });
      sent.once("error", (error: NodeJS.ErrnoException) =>
        reject(new Error(connected ? `${error.code} ${error.message}` : "unreached")),
      );
      sent.end();
    });
  const lane = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const began = performance.now();
      try {
        const status = await once();
        if (status === 200) {
          served += 1;
          if (keeping) latencies.push(performance.now() - began);
        } else if (status === 503) {
          refused += 1;
          return;
        } else lost.push(`status ${status}`);
      } catch (error) {
        const { message } = error as Error;
        if (message === "unreached") {
          unreached += 1;
          return;
        }
        lost.push(message);
        return;
      }
    }
  };
  const lanes = Promise.all(Array.from({ length: connections }, lane));
  return {
    draining: () => void (keeping = true),
    served: () => served,
    async stop() {
      end.abort();
      await lanes;
      agent.destroy();
      return { served, refused, unreached, lost, latencies };
    },
  };
}
