import type { Ms } from "../clock.ts";
import type { Incident } from "../model/incident.ts";
import type { Signal } from "../model/signal.ts";
import type { Episode } from "./episode.ts";
import { hasEvent } from "./scheduled.ts";
import { isAnnouncement, isEnding, isWarning } from "../signal/kind-queries.ts";
import { isEndState, rankOf } from "../signal/states.ts";

const SECOND: Ms = 1000;
const MINUTE: Ms = 60 * SECOND;
const HOUR: Ms = 60 * MINUTE;

/**
 * Largest difference between two event times of the same moment, by different clocks of AWS services and whole seconds
 * (assumed).
 */
export const TOLERANCE: Ms = MINUTE;

/** The same between two states of one instance: they are from one clock, so only whole seconds blur their order. */
const STATE_TOLERANCE: Ms = 2 * SECOND;

/** Longest time from a warning to the first state of the end: two minutes' notice and a margin (assumed). */
const INTERRUPTION: Ms = 10 * MINUTE;

/** Longest time from the first to the last state of an end: a slow stop or hibernation (assumed). */
const ENDING: Ms = HOUR;

/**
 * Longest time that a lifecycle hook can hold an instance:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
export const HOOK: Ms = 48 * HOUR;

/**
 * Whether the signal can belong to the same interruption as the incident. Uses event times only, so that the order of
 * arrival does not matter:
 *
 *     rebalance ──── any time ────▶ warning ── ≤ 10 min ──▶ stopping ── ≤ 1 h ──▶ stopped
 *     lifecycle-terminating ─── ≤ 48 h ───▶ shutting-down ── ≤ 1 h ──▶ terminated
 *     … stopped ──▶ running (launchedAt) ┊ from here on: the next episode
 */
export function fits(signal: Signal, incident: Incident, episode: Episode): boolean {
  // A task ends only once.
  if (signal.subject.type === "task") return true;
  if (episode.launchedAt !== null && signal.at >= episode.launchedAt) return false;
  if (signal.kind === "lifecycle-launching") {
    return episode.launching && (incident.closedAt === null ? HOOK : TOLERANCE) >= Math.abs(signal.at - episode.end);
  }
  if (episode.launching) return false;
  if (isPastIncident(signal, incident, episode)) return false;
  switch (signal.kind) {
    case "spot-interruption":
    case "capacity-reservation-interruption":
    case "fargate-spot-stop":
      return warningFits(signal.at, episode);
    case "lifecycle-terminating":
      return terminatingFits(signal.at, episode);
    case "termination-result":
      return resultFits(signal.at, episode);
    case "fleet-change":
      if (signal.change === "termination_notified") return terminatingFits(signal.at, episode);
      return signal.change === "terminated" && resultFits(signal.at, episode);
    case "state-change":
      return isEndState(signal.state) && stateFits(signal.state, signal.at, episode);
    case "scheduled-change":
      if (signal.over && hasEvent(incident, signal)) return true;
      return announcementFits(signal.at, episode);
    case "rebalance":
    case "capacity-block-expiration":
      return announcementFits(signal.at, episode);
    case "agent-state":
      if (isEnding(signal)) return terminatingFits(signal.at, episode);
      return isWithinIncident(signal.at, incident, episode);
    case "notice-withdrawn":
      return isWithinIncident(signal.at, incident, episode);
    case "launch-result":
    case "container-instance-change":
      return false;
  }
}

/** Whether an agent's message is from the time of the incident. */
const isWithinIncident = (at: Ms, { closedAt }: Incident, episode: Episode): boolean =>
  episode.start - TOLERANCE <= at && at <= (closedAt ?? Infinity);

/** Whether a result "terminated" of a group or fleet fits. */
const resultFits = (at: Ms, episode: Episode): boolean =>
  episode.firstEnding === null
    ? episode.start <= at
    : between(at, episode.firstEnding - TOLERANCE, (episode.lastEnding ?? 0) + HOOK);

/**
 * Whether the signal comes after the incident was over, so that it belongs to a new interruption: a new notice after
 * the close of an incident that had ended, or whose notice was withdrawn. Late duplicates have the old time.
 *
 *     warning ─▶ closed ─▶ the same warning, late        at ≤ closedAt: absorbed
 *     warning ─▶ closed ─▶ warning with a later time     at > closedAt: the next incident
 *     rebalance ─▶ closed (nothing to do) ─▶ warning     the instance was never gone: the same incident, opened again
 */
function isPastIncident(signal: Signal, incident: Incident, episode: Episode): boolean {
  const { cancelledAt, closedAt } = incident;
  // A signal after an instance survived, or after a finished dry run, belongs to another incident.
  if (signal.kind !== "notice-withdrawn") {
    if (cancelledAt !== null && signal.at > cancelledAt) return true;
    if (incident.mode === "dry-run" && closedAt !== null && signal.at > closedAt) return true;
  }
  // A group detects a terminated instance some minutes later; a signal hours later is another return to the warm pool.
  if (signal.kind === "lifecycle-terminating" || signal.kind === "agent-state")
    return closedAt !== null && signal.at > closedAt + ENDING;
  // The end of a scheduled event belongs to the incident of its announcement, whenever that was closed.
  if (signal.kind === "scheduled-change" && signal.over && hasEvent(incident, signal)) return false;
  const announces = isAnnouncement(signal.kind);
  if (!announces && !isWarning(signal.kind)) return false;
  return closedAt !== null && (announces || episode.firstEnding !== null) && signal.at > closedAt;
}

function warningFits(at: Ms, episode: Episode): boolean {
  if (episode.warnings.length > 0) return episode.warnings.some((warning) => Math.abs(at - warning) <= INTERRUPTION);
  if (episode.ended !== null) {
    // EC2 sends no warning for an instance that is already ending, and a warned instance ends soon.
    const first = episode.terminating.length > 0 ? episode.ended.at : (episode.firstEnding ?? episode.ended.at);
    const onlyLast = rankOf(episode.ended.state) >= 3 && first === episode.ended.at;
    return between(at, first - (onlyLast ? ENDING : INTERRUPTION), episode.ended.at + TOLERANCE);
  }
  if (episode.terminating.length > 0) return near(at, episode.terminating, INTERRUPTION, HOOK);
  return announcedBefore(at, episode);
}

function terminatingFits(at: Ms, episode: Episode): boolean {
  const endings = [...episode.warnings, ...(episode.ended === null ? [] : [episode.ended.at])];
  if (endings.length > 0) return endings.some((ending) => between(at, ending - HOOK, ending + ENDING));
  if (episode.terminating.length > 0) return near(at, episode.terminating, HOOK, HOOK);
  return announcedBefore(at, episode);
}

function stateFits(state: string, at: Ms, episode: Episode): boolean {
  const { ended } = episode;
  if (ended !== null) {
    // A first end state after a last end state: the instance was started in between.
    if (rankOf(state) < 3 && rankOf(ended.state) >= 3 && at > ended.at + STATE_TOLERANCE) return false;
    if (rankOf(state) >= 3 && rankOf(ended.state) < 3 && at < ended.at - STATE_TOLERANCE) return false;
    // A stopped instance can be terminated at any later time: still the same end.
    if (state === "terminated" && ended.state === "stopped" && at >= ended.at) return true;
    if (Math.abs(at - ended.at) <= ENDING) return episode.warnings.every((warning) => at >= warning - TOLERANCE);
  }
  if (episode.warnings.length > 0) {
    const reach = rankOf(state) < 3 ? INTERRUPTION : ENDING;
    return episode.warnings.some((warning) => between(at, warning - TOLERANCE, warning + reach));
  }
  if (ended !== null) return false;
  if (episode.terminating.length > 0) return near(at, episode.terminating, ENDING, HOOK + ENDING);
  return announcedBefore(at, episode);
}

function announcementFits(at: Ms, episode: Episode): boolean {
  return episode.firstEnding === null || at <= (episode.lastEnding ?? episode.firstEnding) + INTERRUPTION;
}

/**
 * Whether the time fits an episode that has only announcements: these come any time before an end, or shortly after its
 * first signal.
 */
function announcedBefore(at: Ms, episode: Episode): boolean {
  return at >= episode.start - INTERRUPTION;
}

/** Whether `at` is at most `before` earlier, and at most `after` later, than one of `times`. */
function near(at: Ms, times: readonly Ms[], before: Ms, after: Ms): boolean {
  return times.some((time) => between(at, time - before, time + after));
}

function between(at: Ms, from: Ms, to: Ms): boolean {
  return at >= from && at <= to;
}
