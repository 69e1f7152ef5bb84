import type { Ms } from "../../clock.ts";
import { noticeOf } from "../../correlate/notice.ts";
import type { Incident, Outcome } from "../../model/incident.ts";
import type { Key } from "../../model/key.ts";
import type { Plain } from "../../model/plain.ts";
import type { Action, SignalKind } from "../../model/signal.ts";
import { slowestStepOf } from "./slowest-step.ts";

/**
 * An incident as one flat row: what filters, panels and exports read. Times are UTC, in milliseconds; durations are in
 * seconds. Null means unknown, or not yet.
 */
export interface IncidentRow {
  readonly key: Key;
  /** The notice's own time; of an incident without a notice, when it was opened. */
  readonly timestamp: Ms;
  readonly openedAt: Ms;
  readonly closedAt: Ms | null;
  /** Null for a Fargate task. */
  readonly instanceId: string | null;
  /** Null for an instance. */
  readonly taskArn: string | null;
  readonly instanceName: string | null;
  readonly instanceType: string | null;
  /** Name of the Auto Scaling group. */
  readonly group: string | null;
  /** Name of the ECS cluster. */
  readonly cluster: string | null;
  /** The ECS services with tasks on the instance; at most eight. */
  readonly services: readonly string[];
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  readonly zoneId: string | null;
  readonly privateIp: string | null;
  readonly publicIp: string | null;
  /** All kinds of signals, in the order of their arrival. */
  readonly kinds: readonly SignalKind[];
  readonly action: Action | null;
  readonly mode: Incident["mode"];
  readonly outcome: Outcome | null;
  readonly noticedAt: Ms | null;
  readonly deadline: Ms | null;
  readonly firstActionAt: Ms | null;
  readonly drainedAt: Ms | null;
  readonly goneAt: Ms | null;
  readonly servesAt: Ms | null;
  readonly cancelledAt: Ms | null;
  /** From the instance's launch to `timestamp`. */
  readonly uptimeSeconds: number | null;
  /** From the first rebalance recommendation to the first warning, by their own times. Negative if it came later. */
  readonly leadSeconds: number | null;
  /** What was left until the deadline when the instance was drained. Negative if it was drained later. */
  readonly spareSeconds: number | null;
  /** From `timestamp` until the replacement served. */
  readonly replacementSeconds: number | null;
  readonly slowestStep: string | null;
  readonly slowestSeconds: number | null;
}

/** Makes the row of an incident, also of an open one. */
export function toRow(key: Key, body: Incident): IncidentRow {
  const { labels, subject } = body;
  const notice = noticeOf(body);
  const timestamp = notice?.at ?? body.openedAt;
  const slowest = slowestStepOf(body);
  return {
    key,
    timestamp,
    openedAt: body.openedAt,
    closedAt: body.closedAt,
    instanceId: subject.type === "instance" ? subject.id : null,
    taskArn: subject.type === "task" ? subject.id : null,
    instanceName: text(labels["name"]),
    instanceType: text(labels["instanceType"]),
    group: text(labels["group"]),
    cluster: text(labels["cluster"]),
    services: texts(labels["services"]),
    account: body.account,
    region: body.region,
    availabilityZone: body.availabilityZone ?? text(labels["availabilityZone"]),
    zoneId: text(labels["zoneId"]),
    privateIp: text(labels["privateIp"]),
    publicIp: text(labels["publicIp"]),
    kinds: [...new Set(body.signals.map(({ kind }) => kind))],
    action: body.action,
    mode: body.mode,
    outcome: body.outcome,
    noticedAt: notice?.at ?? null,
    deadline: body.deadline,
    firstActionAt: body.firstActionAt,
    drainedAt: body.drainedAt,
    goneAt: body.goneAt,
    servesAt: body.servesAt,
    cancelledAt: body.cancelledAt,
    uptimeSeconds: seconds(number(labels["launchTime"]), timestamp),
    leadSeconds: seconds(firstOf(body, "rebalance"), firstOf(body, "spot-interruption")),
    spareSeconds: seconds(body.drainedAt, body.deadline),
    replacementSeconds: seconds(timestamp, body.servesAt),
    slowestStep: slowest?.step.responder ?? null,
    slowestSeconds: slowest === null ? null : slowest.took / 1_000,
  };
}

function firstOf({ signals }: Incident, kind: SignalKind): Ms | null {
  const times = signals.filter((signal) => signal.kind === kind).map(({ at }) => at);
  return times.length === 0 ? null : Math.min(...times);
}

const seconds = (from: Ms | null, to: Ms | null): number | null =>
  from === null || to === null ? null : (to - from) / 1_000;

const text = (value: Plain | undefined): string | null => (typeof value === "string" ? value : null);
const number = (value: Plain | undefined): number | null => (typeof value === "number" ? value : null);
const texts = (value: Plain | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
