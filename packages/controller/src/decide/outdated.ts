import type { Ms } from "../clock.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Incident, SignalRef } from "../model/incident.ts";
import type { Params } from "../model/plain.ts";
import { isDated, isWarning } from "../signal/kind-queries.ts";

/**
 * A notice that is received later than this may be about an earlier life of the instance: no warning comes earlier
 * before its end.
 */
const OLD: Ms = 120_000;
/** A warning comes true within this time: two minutes' notice, and the time until the reclaim (timing.ts). */
const COMES_TRUE: Ms = 300_000;
/** Resolution of AWS's times. */
const PRECISION: Ms = 1_000;

/** A hint of an incident for which something was done, in time, before the ledger could take it. */
export const ACTED: Params = { actedBefore: true };

/**
 * Whether any of the signals was old when it was received (a backlog, a replay). Then the launch time of the instance
 * is read before anything is done; a fresh signal does not wait for that.
 */
export const isOld = ({ signals }: Pick<Incident, "signals">): boolean =>
  signals.some((signal) => isDated(signal.kind) && signal.receivedAt - signal.at > OLD);

/**
 * Returns when the instance was launched or last started. Returns null if it is not known, or later than its
 * observation: then the clocks differ, and no notice may be compared with it.
 */
function launchOf({ instance, instanceAsOf }: Pick<Facts, "instance" | "instanceAsOf">): Ms | null {
  if (instance === null) return null;
  return instanceAsOf !== null && instance.launchTime > instanceAsOf + PRECISION ? null : instance.launchTime;
}

/** Returns when EC2 last showed the instance as running; null if it does not run, or is not known. */
const runsAt = ({ instance, instanceAsOf }: Pick<Facts, "instance" | "instanceAsOf">): Ms | null =>
  instance?.state === "running" ? instanceAsOf : null;

/**
 * Returns the labels by which outdated signals are recognised: launch time and, only for late signals, when it was seen
 * running.
 */
export function lifeOf(facts: Pick<Facts, "instance" | "instanceAsOf">, incident: Pick<Incident, "signals">): Params {
  const [launchTime, runs] = [launchOf(facts), isOld(incident) ? runsAt(facts) : null];
  return { ...(launchTime === null ? {} : { launchTime }), ...(runs === null ? {} : { runsAt: runs }) };
}

/** Returns the incident with these labels updated. */
export const withLife = (incident: Incident, facts: Facts | null): Incident =>
  facts === null ? incident : { ...incident, labels: { ...incident.labels, ...lifeOf(facts, incident) } };

/**
 * Returns the signals that are about the current life of the instance. A signal before its launch is not (EC2's
 * `LaunchTime` is that of the last start); nor is a warning that was received when it should already have come true,
 * while the instance runs. Once a step has acted, all signals count, since the work must be finished.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
 */
export function currentSignals(incident: Incident): readonly SignalRef[] {
  const { signals, labels, hints, firstActionAt, drainedAt, goneAt, cancelledAt } = incident;
  if ("actedBefore" in hints || [firstActionAt, drainedAt, goneAt, cancelledAt].some((at) => at !== null))
    return signals;
  const { launchTime, runsAt: runs } = labels;
  return signals.filter(
    (signal) =>
      !(typeof launchTime === "number" && isBefore(signal, launchTime)) &&
      !(typeof runs === "number" && hasNotComeTrue(signal, runs)),
  );
}

const isBefore = ({ kind, at }: SignalRef, launchTime: Ms): boolean => isDated(kind) && at + PRECISION <= launchTime;

const hasNotComeTrue = ({ kind, at, receivedAt }: SignalRef, runs: Ms): boolean =>
  isWarning(kind) && receivedAt - at > COMES_TRUE && runs >= receivedAt;
