import { correlate } from "../../src/correlate/correlate.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { LifecycleAction, Signal, SignalKind, SignalOf } from "../../src/model/signal.ts";

export const ID = "i-0abcdef1234567890";
export const T0 = Date.UTC(2026, 10, 20, 12, 0, 0);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

let serial = 0;

/** A signal `offset` ms after T0, with an id of its own. */
function base(offset: number): Omit<SignalOf<"rebalance">, "kind"> {
  return {
    id: `m-${++serial}`,
    subject: { type: "instance", id: ID },
    account: "123456789012",
    region: "us-east-1",
    availabilityZone: null,
    at: T0 + offset,
    timeKnown: true,
    receivedAt: T0 + offset + SECOND,
    source: "sqs",
    action: null,
    deadline: null,
  };
}

export const warning = (offset: number, over: Partial<SignalOf<"spot-interruption">> = {}): Signal => ({
  ...base(offset),
  kind: "spot-interruption",
  action: "terminate",
  deadline: T0 + offset + 2 * MINUTE,
  ...over,
});

export const withdrawn = (offset: number, resumed = true): Signal => ({
  ...base(offset),
  kind: "notice-withdrawn",
  source: "agent",
  resumed,
});

export const rebalance = (offset: number): Signal => ({ ...base(offset), kind: "rebalance" });

export const state = (name: SignalOf<"state-change">["state"], offset: number): Signal => ({
  ...base(offset),
  kind: "state-change",
  state: name,
});

export const action: LifecycleAction = {
  group: "web",
  hook: "drain",
  token: "t-1",
  transition: "terminating",
  metadata: null,
  origin: "AutoScalingGroup",
  destination: "EC2",
  direct: false,
};

export const terminating = (offset: number, over: Partial<LifecycleAction> = {}): Signal => ({
  ...base(offset),
  kind: "lifecycle-terminating",
  lifecycle: { ...action, ...over },
});

export const launching = (offset: number, over: Partial<LifecycleAction> = {}): Signal => ({
  ...base(offset),
  kind: "lifecycle-launching",
  lifecycle: { ...action, transition: "launching", ...over },
});

export const scheduled = (offset: number, startsAt: number | null, eventArn = "arn:event/1"): Signal => ({
  ...base(offset),
  kind: "scheduled-change",
  deadline: startsAt === null ? null : T0 + startsAt,
  eventArn,
  code: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
  startsAt: startsAt === null ? null : T0 + startsAt,
  endsAt: null,
  over: false,
});

export const calledOff = (offset: number, over: Partial<SignalOf<"scheduled-change">> = {}): Signal => ({
  ...base(offset),
  kind: "scheduled-change",
  eventArn: "arn:event/1",
  code: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
  startsAt: null,
  endsAt: null,
  over: true,
  ...over,
});

export const result = (kind: "launch-result" | "termination-result", offset: number, ok = true): Signal => ({
  ...base(offset),
  kind,
  group: "web",
  ok,
  cause: null,
});

export const fargate = (offset: number, lastStatus: string): Signal => ({
  ...base(offset),
  subject: { type: "task", id: "arn:aws:ecs:us-east-1:123456789012:task/web/abc" },
  kind: "fargate-spot-stop",
  action: "terminate",
  deadline: T0 + offset + 30 * SECOND,
  clusterArn: "arn:aws:ecs:us-east-1:123456789012:cluster/web",
  service: "checkout",
  privateAddresses: ["10.0.0.7"],
  stoppedReason: null,
  lastStatus,
});

/** A ledger of one subject: what each signal became, in the order of arrival. */
export function hear(signals: readonly Signal[], start: readonly Doc<"incident">[] = []): readonly Doc<"incident">[] {
  let docs = [...start];
  for (const signal of signals) {
    const correlated = correlate(docs, signal, signal.receivedAt);
    if (correlated === null) continue;
    const { doc } = correlated;
    docs = [...docs.filter(({ key }) => key !== doc.key), { ...doc, version: doc.version + 1 }];
  }
  return docs;
}

export function close(doc: Doc<"incident">, offset: number, over: Partial<Incident> = {}): Doc<"incident"> {
  return { ...doc, wakeAt: null, body: { ...doc.body, closedAt: T0 + offset, outcome: "drained", ...over } };
}

/** Ids of each incident's signals, sorted: the partition, without ordinals. */
export function partition(docs: readonly Doc<"incident">[]): readonly string[] {
  return docs
    .map(({ body }) =>
      body.signals
        .map(({ id }) => id)
        .toSorted()
        .join(" "),
    )
    .toSorted();
}

export const kindsOf = (doc: Doc<"incident"> | undefined): readonly SignalKind[] =>
  doc!.body.signals.map(({ kind }) => kind);

export function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
