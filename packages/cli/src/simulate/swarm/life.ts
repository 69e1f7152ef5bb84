import { type Channel, DEFAULT_ROUTE, NO_LINKS, NO_SECRETS, TELL_ALL } from "@spotkeeper/controller";
import { type Clock, type Ms, sdkHandler } from "@spotkeeper/simulator";
import { type Access, openAccess, type Parts } from "../access.ts";
import { createGate, type Gate } from "./gate.ts";
import type { Ground, Seat } from "./ground.ts";
import { sendThrough } from "./outages.ts";

/** As own-account.ts has it. */
const FIRST_ANSWER_WITHIN: Ms = 3_000;
/** As aws/clients.ts has it: a call that AWS does not answer is given up. */
const ANSWER_WITHIN: Ms = 10_000;

type Hearing = ReturnType<Parts["correctClock"]>;

/** One life of a worker: the world's AWS, ledger and channel, behind a gate that can cut it off. */
export interface Life {
  readonly gate: Gate;
  readonly clock: Hearing;
  readonly aws: Access;
  /** What the flow is made of. */
  readonly options: Parameters<Parts["createWorker"]>[0];
  /** As entry/run.ts begins: an answer of AWS's says which hour it is, before anything is judged by it. */
  readonly learnHour: () => Promise<void>;
  /** Where a message that was sent now came from. */
  readonly origin: () => Parameters<ReturnType<Parts["createWorker"]>["accept"]>[1];
}

export function createLife(
  ground: Ground,
  { inventory, plan, crossings, ahead }: Seat,
  sleepsBetween: boolean,
  onKilled: (pause: Ms) => void,
): Life {
  const { parts } = ground;
  const gate = createGate({ clock: ground.clock, plan, crossings, sleepsBetween, onKilled });
  const clock = parts.correctClock(shifted(gate.clock, ahead), () => {});
  const { home, random, policy, overrides } = ground;
  const handler = gate.guard(sdkHandler(ground.simulator, ANSWER_WITHIN), ["handle"]);
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
  return {
    gate,
    clock,
    aws,
    options: {
      clock,
      random,
      ledger: gate.guard(ground.ledger, [
        "accept",
        "load",
        "commit",
        "touch",
        "due",
        "list",
        "outline",
        "history",
        "unarchived",
        "purge",
      ]),
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
    },
    async learnHour() {
      const deadline = clock.now() + FIRST_ANSWER_WITHIN;
      const at = { account: null, region: home.region };
      await aws.sts.callerAccount(at, { purpose: "enrich", deadline }).catch(() => {});
    },
    origin() {
      const sentAt = ground.clock.now();
      clock.stamped(sentAt);
      const { account, region } = home;
      return { source: "sqs", account, region, sentAt, receivedAt: clock.now() };
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
