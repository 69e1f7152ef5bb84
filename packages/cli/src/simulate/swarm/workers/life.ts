import { type Channel, DEFAULT_ROUTE, NO_LINKS, NO_SECRETS, TELL_ALL } from "@spotkeeper/controller";
import { type Clock, type Ms, sdkHandler } from "@spotkeeper/simulator";
import { type SimulatedAws, openSimulatedAws, type Parts } from "../../simulated-aws.ts";
import { createGate, type Gate } from "./gate.ts";
import type { SharedParts, WorkerSlot } from "./shared-parts.ts";
import { sendThrough } from "../events/outages.ts";

/** As in own-account.ts. */
const FIRST_ANSWER_WITHIN: Ms = 3_000;
/** As in aws/clients.ts: the timeout of an AWS call. */
const ANSWER_WITHIN: Ms = 10_000;

type TimeListener = ReturnType<Parts["correctClock"]>;

/** One life of a worker: the world's AWS, ledger and channels behind a gate that can cut it off. */
export interface Life {
  readonly gate: Gate;
  readonly clock: TimeListener;
  readonly aws: SimulatedAws;
  /** The dependencies of the flow. */
  readonly options: Parameters<Parts["createWorker"]>[0];
  /**
   * As entry/run.ts does at the start: calls AWS, whose answer shows the time, before anything is judged by the clock.
   */
  readonly learnHour: () => Promise<void>;
  /** Returns the origin of a message that was sent now. */
  readonly origin: () => Parameters<ReturnType<Parts["createWorker"]>["accept"]>[1];
}

export function createLife(
  shared: SharedParts,
  { inventory, plan, crossings, ahead }: WorkerSlot,
  sleepsBetween: boolean,
  onKilled: (pause: Ms) => void,
): Life {
  const { parts } = shared;
  const gate = createGate({ clock: shared.clock, plan, crossings, sleepsBetween, onKilled });
  const clock = parts.correctClock(shifted(gate.clock, ahead), () => {});
  const { home, random, policy, overrides } = shared;
  const handler = gate.guard(sdkHandler(shared.simulator, ANSWER_WITHIN), ["handle"]);
  const aws = openSimulatedAws({
    parts,
    clock,
    random,
    handler,
    others: shared.others,
    region: home.region,
    timeListener: clock,
  });
  const channel = (name: string, updates: Channel["updates"]): [string, Channel] => [
    name,
    {
      updates,
      pace: null,
      send: (alert) =>
        gate.cross(() =>
          sendThrough(shared.outages, shared.clock, {
            deliver: () => shared.onSent(name, alert),
            refuse: () => shared.onRefused(name, alert),
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
      ledger: gate.guard(shared.ledger, [
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
      archive: gate.guard(shared.archive, ["put", "get", "list"]),
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
        onFailure: (what, error) => gate.isOver() || shared.onFailure(what, error),
      },
    },
    async learnHour() {
      const deadline = clock.now() + FIRST_ANSWER_WITHIN;
      const at = { account: null, region: home.region };
      await aws.sts.callerAccount(at, { purpose: "enrich", deadline }).catch(() => {});
    },
    origin() {
      const sentAt = shared.clock.now();
      clock.stamped(sentAt);
      const { account, region } = home;
      return { source: "sqs", account, region, sentAt, receivedAt: clock.now() };
    },
  };
}

/** Makes the clock of a machine that is wrong and can be set. */
const shifted = (clock: Clock, ahead: () => Ms): Clock & { readonly steady: () => Ms } => ({
  now: () => clock.now() + ahead(),
  steady: () => clock.now(),
  sleep: (ms, signal) => clock.sleep(ms, signal),
  setTimer: (at, fn) => clock.setTimer(at - ahead(), fn),
});
