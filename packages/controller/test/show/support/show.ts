import { request } from "node:http";
import type { Verdict } from "../../../src/signal/verdict.ts";
import { systemClock } from "../../../src/clock.ts";
import { NO_FACTS } from "../../../src/decide/decide.ts";
import { createOpenIncidents } from "../../../src/notify/open-incidents.ts";
import { createMemoryInventory } from "../../../src/inventory/memory.ts";
import { createSilences } from "../../../src/notify/silences.ts";
import { openSqliteArchive } from "../../../src/record/archive/sqlite/open.ts";
import { openSqliteLedger } from "../../../src/record/ledger/sqlite.ts";
import { type Bus, createBus } from "../../../src/show/bus.ts";
import type { ShowDeps, ShowOptions, Unready } from "../../../src/show/deps.ts";
import { createMetrics } from "../../../src/measure/metrics.ts";
import { createShow, type Show } from "../../../src/show/server.ts";

export interface Setting extends AsyncDisposable {
  readonly show: Show;
  readonly deps: ShowDeps & { readonly bus: Bus };
  readonly ledger: ReturnType<typeof openSqliteLedger>;
  readonly archive: ReturnType<typeof openSqliteArchive>;
  readonly unready: Unready[];
  readonly logged: string[];
  readonly accepted: string[];
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly post: (body: string, headers?: Record<string, string>) => Promise<Response>;
}

/** A show on a free port over real stores in memory. `verdict` is what the flow says to each message. */
export async function startShow(
  options: ShowOptions = {},
  changes: Partial<ShowDeps> & { readonly verdict?: (body: string) => Verdict } = {},
): Promise<Setting> {
  const clock = systemClock;
  const ledger = openSqliteLedger({ file: ":memory:", clock });
  const archive = openSqliteArchive({ file: ":memory:", clock });
  const unready: Unready[] = [];
  const logged: string[] = [];
  const accepted: string[] = [];
  const { verdict, ...rest } = changes;
  const log = (level: string) => (_fields: object, message: string) => void logged.push(`${level}: ${message}`);
  const deps = {
    ledger,
    archive,
    silences: createSilences({ ledger, clock, random: Math.random }),
    openIncidents: createOpenIncidents({ ledger, factsOf: () => NO_FACTS, clock }),
    inventory: createMemoryInventory(),
    accept: (body: string): Promise<Verdict> => {
      accepted.push(body);
      return Promise.resolve(verdict?.(body) ?? { is: "accepted", incidents: ["incident#i-1#1"], errors: [] });
    },
    readiness: () => unready,
    metrics: createMetrics(),
    bus: createBus(clock),
    clock,
    log: { warn: log("warn"), error: log("error") },
    ...rest,
  };
  const show = await createShow(deps, { listen: "127.0.0.1:0", ...options });
  const close = async (): Promise<void> => {
    await show.close(200);
    await Promise.all([ledger.close(), archive.close()]);
  };
  return {
    show,
    deps: deps as Setting["deps"],
    ledger,
    archive,
    unready,
    logged,
    accepted,
    get: (path, headers = {}) => fetch(show.url + path, { headers }),
    post: (body, headers = {}) =>
      fetch(`${show.url}/api/v1/signals`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
      }),
    [Symbol.asyncDispose]: close,
  };
}

/** A request with headers that `fetch` does not let through, such as Host. */
export function raw(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const out = request(url, { headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
    });
    out.on("error", reject);
    out.end();
  });
}
