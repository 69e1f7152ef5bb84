import { randomBytes } from "node:crypto";
import {
  type AlertView,
  asDryRun,
  type Config,
  createLog,
  type Incident,
  type IncidentDetailView,
  type Key,
  type RawMessage,
  requireCredentials,
  runWorker,
  SpotkeeperError,
  type Verdict,
  systemClock,
} from "@spotkeeper/controller";
import { createApi } from "../../api.ts";
import type { Io } from "../../io.ts";
import type { MessageResult, Replayed } from "./replay.ts";
import { waitUntil } from "./wait-until.ts";

export interface LiveOptions {
  readonly messages: readonly RawMessage[];
  readonly config: Config;
  readonly dryRun: boolean;
  readonly onProgress: (text: string) => void;
}

/** Messages in one request; far below the API's limits of number and bytes. */
const AT_ONCE = 50;
const CHECK_INTERVAL = 250;
const STOP_WITHIN = 9_000;
const TOKEN = "SPOTKEEPER_REPLAY_TOKEN";

/**
 * Handles messages by a worker with the user's config, against AWS: with its ledger and channels, without its queues.
 * The messages enter over its HTTP source. A dry run keeps its state in memory. Throws SK-AWS-CREDENTIALS if there are
 * none: each step would otherwise wait for them until its time is over.
 */
export async function replayLive(io: Io, options: LiveOptions): Promise<Replayed & { readonly interrupted: boolean }> {
  const incidents = new Map<Key, Incident>();
  const { stderr } = io;
  const began = new Date(io.now()).toISOString();
  options.onProgress("looking for AWS credentials");
  await requireCredentials(systemClock, io.env);
  const token = randomBytes(32).toString("base64url");
  const interrupted = io.interrupted().then(() => true);
  const output = { write: (text: string): void => void stderr.write(text), isTTY: stderr.isTTY };
  const running = await runWorker({
    config: configOf(options),
    log: createLog({ level: "warn", format: "auto", output, color: false, clock: { now: io.now } }),
    env: { ...io.env, [TOKEN]: token },
    output,
    color: false,
    tap: {
      onCall: () => {},
      onAccepted: (doc) => void incidents.set(doc.key, doc.body),
      onEntries: (doc) => {
        if (doc.kind === "incident" && incidents.has(doc.key)) incidents.set(doc.key, doc.body);
      },
    },
  });
  try {
    const results = await send(running.url, token, options.messages);
    let cut = false;
    for (;;) {
      const now = io.now();
      const waits = [...incidents.values()].map((one) => waitUntil(one, now, options.dryRun));
      const open = waits.filter((until) => until !== null);
      if (open.length === 0) break;
      const latest = new Date(Math.max(...open)).toISOString().slice(11, 19);
      options.onProgress(`${incidents.size} incidents, waits for ${open.length}, until ${latest} UTC at the latest`);
      cut = await Promise.race([interrupted, pause(CHECK_INTERVAL)]);
      if (cut) break;
    }
    const api = createApi(running.url, {});
    const views: IncidentDetailView[] = [];
    for (const key of incidents.keys()) {
      views.push((await api.get(`/api/v1/incidents/${encodeURIComponent(key)}`)) as IncidentDetailView);
    }
    const { items } = (await api.get("/api/v1/alerts")) as { readonly items: readonly AlertView[] };
    const withheld = items.flatMap((alert) => (alert.openedAt >= began ? alert.withheld : []));
    return { results, incidents: views, told: [], withheld, interrupted: cut };
  } finally {
    await running.stop(STOP_WITHIN);
  }
}

const pause = (ms: number): Promise<false> => systemClock.sleep(ms).then(() => false);

function configOf({ config, dryRun }: LiveOptions): Config {
  const memory = { driver: "sqlite", file: ":memory:" } as const;
  return {
    ...config,
    policy: dryRun ? asDryRun(config.policy) : config.policy,
    sources: { ...config.sources, sqs: [], http: { token: `\${env:${TOKEN}}` } },
    // No token: the port is a free one on the loopback address, and closes at the end.
    show: { ...config.show, listen: "127.0.0.1:0", auth: null },
    ledger: dryRun ? { ...memory, synchronous: "NORMAL" } : config.ledger,
    archive: dryRun ? memory : config.archive,
    inventory: dryRun ? memory : config.inventory,
  };
}

interface Answer {
  readonly results: readonly {
    readonly is: Verdict["is"];
    readonly incidents: readonly string[];
    readonly errors: readonly string[];
    readonly reason: string | null;
  }[];
}

async function send(url: string, token: string, messages: readonly RawMessage[]): Promise<readonly MessageResult[]> {
  const results: MessageResult[] = [];
  for (let first = 0; first < messages.length; first += AT_ONCE) {
    const some = messages.slice(first, first + AT_ONCE);
    const response = await fetch(new URL("/api/v1/signals", url), {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(some.map(({ body }) => body)),
      signal: AbortSignal.timeout(60_000),
    });
    const answer = (await response.json()) as Answer | { readonly detail: string };
    if (!("results" in answer)) throw new SpotkeeperError("SK-API-REFUSED", `The worker answered: ${answer.detail}`);
    for (const [index, { file, message }] of some.entries()) {
      const result = answer.results[index];
      if (result !== undefined) results.push({ file, message, verdict: verdictOf(result) });
    }
  }
  return results;
}

function verdictOf({ is, incidents, errors, reason }: Answer["results"][number]): Verdict {
  switch (is) {
    case "accepted":
      return { is, incidents: incidents.map((id) => `incident#${id}`), errors };
    case "rejected":
      return { is, reason: reason ?? "", message: errors.join(" ") };
    case "ignored":
    case "later":
      return { is, reason: reason ?? "" };
  }
}
