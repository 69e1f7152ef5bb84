import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { vi } from "vitest";

export interface Balancer extends AsyncDisposable {
  /** Targets that get requests. */
  readonly healthy: () => readonly string[];
  /** How many requests had each status; `error` for those that had no answer. */
  readonly answers: () => { readonly [status: string]: number };
  /** Resolves when so many more have been answered. */
  served(more: number): Promise<void>;
}

export interface BalancerOptions {
  readonly keepAlive: boolean;
  readonly interval?: number;
  readonly failures?: number;
}

/**
 * A little load balancer with clients of its own: 20 requests at a time, to the healthy targets in turn. It asks `/healthz`
 * of each at an interval of 5 s, and sends nothing any longer to one that has failed twice in a row.
 */
export function startBalancer(
  targets: readonly string[],
  { keepAlive, interval = 5_000, failures = 2 }: BalancerOptions,
): Balancer {
  const agent = new Agent({ keepAlive });
  const failed = new Map(targets.map((target) => [target, 0]));
  const counts: { [status: string]: number } = {};
  const end = new AbortController();
  let served = 0;
  let turn = 0;
  const healthy = (): string[] => targets.filter((target) => (failed.get(target) ?? 0) < failures);
  const ask = (url: string, own: Agent | false): Promise<number | "error"> =>
    new Promise((resolve) => {
      request(url, { agent: own }, (response) => {
        response.resume().once("close", () => resolve(response.complete ? (response.statusCode ?? 0) : "error"));
      })
        .once("error", () => resolve("error"))
        .end();
    });
  const check = async (target: string): Promise<void> => {
    while (!end.signal.aborted) {
      const status = await ask(`${target}/healthz`, false);
      failed.set(target, status === 200 ? 0 : (failed.get(target) ?? 0) + 1);
      await delay(interval, undefined, { signal: end.signal }).catch(() => {});
    }
  };
  const client = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const all = healthy();
      const status = await ask(`${all[turn++ % all.length]}/work`, agent);
      counts[status] = (counts[status] ?? 0) + 1;
      served += 1;
      await delay(10);
    }
  };
  const running = Promise.all([...targets.map(check), ...Array.from({ length: 20 }, client)]);
  return {
    healthy,
    answers: () => counts,
    async served(more) {
      const before = served;
      await vi.waitUntil(() => served >= before + more, { timeout: 60_000, interval: 10 });
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
      agent.destroy();
    },
  };
}
