import type { Ms } from "../clock.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Incident, SignalRef } from "../model/incident.ts";
import type { Params } from "../model/plain.ts";
import { isDated, isWarning } from "../signal/says.ts";

/** A notice that is older when it comes may be of an earlier life of the instance: no warning leaves longer. */
const OLD: Ms = 120_000;
/** A warning that has come true did so within this: its notice of two minutes, and what a reclaim follows it within (timing.ts). */
const COMES_TRUE: Ms = 300_000;
/** AWS tells times in whole seconds. */
const PRECISION: Ms = 1_000;

/**
 * Whether any of its signals was old when it came: a backlog, a replay. When its instance was launched is asked then, before
 * anything is done for it; a fresh one waits for nothing.
 */
export const isOld = ({ signals }: Pick<Incident, "signals">): boolean =>
  signals.some((signal) => isDated(signal.kind) && signal.receivedAt - signal.at > OLD);

/**
 * When the instance was launched, or last started; null if it is not known, or told to lie after the moment it was told:
 * then the clocks disagree, and no notice may be judged by it.
 */
function launchOf({ instance, instanceAsOf }: Pick<Facts, "instance" | "instanceAsOf">): Ms | null {
  if (instance === null) return null;
  return instanceAsOf !== null && instance.launchTime > instanceAsOf + PRECISION ? null : instance.launchTime;
}

/** When EC2 last told that the instance runs; null where it does not run, or nobody asked. */
const runsAt = ({ instance, instanceAsOf }: Pick<Facts, "instance" | "instanceAsOf">): Ms | null =>
  instance?.state === "running" ? instanceAsOf : null;

/** What an incident's signals are judged by, as labels of it. That it runs says something only of those that came late. */
export function lifeOf(facts: Pick<Facts, "instance" | "instanceAsOf">, incident: Pick<Incident, "signals">): Params {
  const [launchTime, runs] = [launchOf(facts), isOld(incident) ? runsAt(facts) : null];
  return { ...(launchTime === null ? {} : { launchTime }), ...(runs === null ? {} : { runsAt: runs }) };
}

/** The incident with the life of its instance as it is known now. */
export const withLife = (incident: Incident, facts: Facts | null): Incident =>
  facts === null ? incident : { ...incident, labels: { ...incident.labels, ...lifeOf(facts, incident) } };

/**
 * The signals that are about the instance as it is. One that is older than its launch is not, be it that the id was not in
 * use or that the instance was stopped and started since: EC2's `LaunchTime` is that of the last start. Nor is a warning that
 * came when it should long have come true, of an instance that runs. Once something was done for an incident all of them
 * count, since that must be seen to its end.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
 */
export function currentSignals(incident: Incident): readonly SignalRef[] {
  const { signals, labels, firstActionAt, drainedAt, goneAt, cancelledAt } = incident;
  if ([firstActionAt, drainedAt, goneAt, cancelledAt].some((at) => at !== null)) return signals;
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
