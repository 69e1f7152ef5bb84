import { type Channel, DEFAULT_ROUTE, NO_LINKS, NO_SECRETS, TELL_ALL, type Verdict } from "@spotkeeper/controller";
import { type Clock, type Ms, sdkHandler } from "@spotkeeper/simulator";
import { openAccess } from "../access.ts";
import { createGate } from "./gate.ts";
import type { Ground, Seat } from "./ground.ts";
import { sendThrough } from "./outages.ts";

/** As own-account.ts has it. */
const FIRST_ANSWER_WITHIN: Ms = 3_000;

/** A worker as an operating system sees it: the one way in which a world drives it. */
export interface WorkerProcess {
  start(): Promise<void>;
  /** Hands a message over; null where the process died before it answered. */
  deliver(body: string): Promise<Verdict | null>;
  isAlive(): boolean;
  stop(): Promise<void>;
}

/** One life of a worker: the real flow over the world's AWS, ledger and channel, behind a gate that can cut it off. */
export function createProcess(
  ground: Ground,
  { inventory, plan, crossings, ahead }: Seat,
  name: string,
  onKilled: (pause: Ms) => void,
): WorkerProcess {
  const { parts } = ground;
  const gate = createGate({ clock: ground.clock, plan, crossings, onKilled });
  const clock = parts.correctClock(shifted(gate.clock, ahead), () => {});
  const { home, random, policy, overrides } = ground;
  const handler = gate.guard(sdkHandler(ground.simulator), ["handle"]);
  const aws = openAccess({ parts, clock, random, handler, others: ground.others, region: home.region, hearing: clock });
  const channel = (name: string, updates: Channel["updates"]): [string, Channel] => [
    name,
    {
      updates,
      pace: null,
      send: (alert) =>
        gate.cross(() =>
          sendThrough(ground.outages, ground.clock, {
            deliver: () => ground.onSent(name, alert),
            refuse: () => ground.onRefused(name, alert),
          }),
        ),
    },
  ];
  const worker = parts.createWorker({
    clock,
    random,
    owner: name,
    ledger: gate.guard(ground.ledger, ["accept", "load", "commit", "due", "list", "history", "unarchived", "purge"]),
    archive: gate.guard(ground.archive, ["put", "get", "list"]),
    inventory,
    aws,
    policy: () => policy,
    overrides,
    channels: new Map([channel("people", "full"), channel("pager", "material")]),
    routes: [DEFAULT_ROUTE],
    suppress: TELL_ALL,
    links: NO_LINKS,
    secrets: NO_SECRETS,
    gather: 1_000,
    observer: {
      onFailure: (what, error) => gate.isOver() || ground.onFailure(what, error),
    },
  });
  return {
    async start() {
      // As entry/run.ts: an answer of AWS's says which hour it is, before anything is judged by it.
      const deadline = clock.now() + FIRST_ANSWER_WITHIN;
      const at = { account: null, region: home.region };
      await aws.sts.callerAccount(at, { purpose: "enrich", deadline }).catch(() => {});
      await worker.start();
    },
    async deliver(body) {
      const sentAt = ground.clock.now();
      clock.stamped(sentAt);
      const receivedAt = clock.now();
      const origin = {
        source: "sqs",
        account: home.account,
        region: home.region,
        sentAt,
        receivedAt,
      } as const;
      return Promise.race([worker.accept(body, origin), gate.ended.then(() => null)]);
    },
    isAlive: () => !gate.isOver(),
    async stop() {
      await worker.stop(5_000);
      aws.close();
    },
  };
}

/** The clock of a machine that is wrong, and that somebody can set. */
const shifted = (clock: Clock, ahead: () => Ms): Clock & { readonly steady: () => Ms } => ({
  now: () => clock.now() + ahead(),
  steady: () => clock.now(),
  sleep: (ms, signal) => clock.sleep(ms, signal),
  setTimer: (at, fn) => clock.setTimer(at - ahead(), fn),
});
