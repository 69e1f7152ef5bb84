import type { Ms } from "../clock.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Incident, SignalRef } from "../model/incident.ts";
import { isDated } from "../signal/says.ts";

/** A notice that is older when it comes may be of an earlier life of the instance: no warning leaves longer. */
const OLD: Ms = 120_000;
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
export function launchOf({ instance, instanceAsOf }: Pick<Facts, "instance" | "instanceAsOf">): Ms | null {
  if (instance === null) return null;
  return instanceAsOf !== null && instance.launchTime > instanceAsOf + PRECISION ? null : instance.launchTime;
}

/** The incident with the launch of its instance as it is known now. */
export function withLaunch(incident: Incident, facts: Facts | null): Incident {
  const launchTime = facts === null ? null : launchOf(facts);
  return launchTime === null ? incident : { ...incident, labels: { ...incident.labels, launchTime } };
}

/**
 * The signals that are about the instance as it is. One that is older than its launch is not, be it that the id was not in
 * use or that the instance was stopped and started since: EC2's `LaunchTime` is that of the last start. Once something was
 * done for an incident all of them count, since that must be seen to its end.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
 */
export function currentSignals(incident: Incident): readonly SignalRef[] {
  const { signals, labels, firstActionAt, drainedAt, goneAt, cancelledAt } = incident;
  const { launchTime } = labels;
  if (typeof launchTime !== "number" || [firstActionAt, drainedAt, goneAt, cancelledAt].some((at) => at !== null))
    return signals;
  return signals.filter((signal) => !isDated(signal.kind) || signal.at + PRECISION > launchTime);
}
