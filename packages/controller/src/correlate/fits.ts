import type { Ms } from "../clock.ts";
import type { Incident } from "../model/incident.ts";
import type { Signal } from "../model/signal.ts";
import type { Episode } from "./episode.ts";
import { knowsEvent } from "./scheduled.ts";
import { isAnnouncement, isEnding, isWarning } from "../signal/says.ts";
import { isEndState, rankOf } from "../signal/states.ts";

const SECOND: Ms = 1000;
const MINUTE: Ms = 60 * SECOND;
const HOUR: Ms = 60 * MINUTE;

/** How far the clocks of two AWS services, and whole seconds, may set two event times of one instant apart (assumed). */
export const TOLERANCE: Ms = MINUTE;

/** A state and the next of the same instance come from one clock: only whole seconds blur their order. */
const STATE_TOLERANCE: Ms = 2 * SECOND;

/** The longest from a warning to the beginning of the end: two minutes' notice, and a margin (assumed). */
const INTERRUPTION: Ms = 10 * MINUTE;

/** The longest from the beginning of an end to its last state: a slow stop or hibernation (assumed). */
const ENDING: Ms = HOUR;

/** The longest that a lifecycle hook can hold an instance: https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html */
export const HOOK: Ms = 48 * HOUR;

/**
 * Can the signal be of the same interruption as the incident? By event times alone, so that the order of arrival does
 * not matter:
 *
 *     rebalance ──── any time ────▶ warning ── ≤ 10 min ──▶ stopping ── ≤ 1 h ──▶ stopped
 *     lifecycle-terminating ─── ≤ 48 h ───▶ shutting-down ── ≤ 1 h ──▶ terminated
 *     … stopped ──▶ running (launchedAt) ┊ from here on: the next episode
 */
export function fits(signal: Signal, incident: Incident, episode: Episode): boolean {
  // A task ends once.
  if (signal.subject.type === "task") return true;
  if (episode.launchedAt !== null && signal.at >= episode.launchedAt) return false;
  if (signal.kind === "lifecycle-launching") {
    return episode.launching && (incident.closedAt === null ? HOOK : TOLERANCE) >= Math.abs(signal.at - episode.end);
  }
  if (episode.launching) return false;
  if (spent(signal, incident, episode)) return false;
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
      if (signal.over && knowsEvent(incident, signal)) return true;
      return announcementFits(signal.at, episode);
    case "rebalance":
    case "capacity-block-expiration":
      return announcementFits(signal.at, episode);
    case "agent-state":
      if (isEnding(signal)) return terminatingFits(signal.at, episode);
      return saidMeanwhile(signal.at, incident, episode);
    case "notice-withdrawn":
      return saidMeanwhile(signal.at, incident, episode);
    case "launch-result":
    case "container-instance-change":
      return false;
  }
}

/** What an agent says while the incident goes on. */
const saidMeanwhile = (at: Ms, { closedAt }: Incident, episode: Episode): boolean =>
  episode.start - TOLERANCE <= at && at <= (closedAt ?? Infinity);

/** That it has been terminated, by its group or fleet. */
const resultFits = (at: Ms, episode: Episode): boolean =>
  episode.firstEnding === null
    ? episode.start <= at
    : between(at, episode.firstEnding - TOLERANCE, (episode.lastEnding ?? 0) + HOOK);

/**
 * A new notice after an incident was over is a new interruption: after the close of one that had ended, or whose notice
 * was taken back. Duplicates that are late bear the old time.
 *
 *     warning ─▶ closed ─▶ the same warning, late        at ≤ closedAt: absorbed
 *     warning ─▶ closed ─▶ warning with a later time     at > closedAt: the next incident
 *     rebalance ─▶ closed (nothing to do) ─▶ warning     the instance was never gone: the same incident, opened again
 */
function spent(signal: Signal, incident: Incident, episode: Episode): boolean {
  const { cancelledAt, closedAt } = incident;
  // What comes after one that lives on, or after a dry run that is over, is another story.
  if (signal.kind !== "notice-withdrawn") {
    if (cancelledAt !== null && signal.at > cancelledAt) return true;
    if (incident.mode === "dry-run" && closedAt !== null && signal.at > closedAt) return true;
  }
  // A group notices an instance that is gone some minutes after; hours later it returns it to a warm pool once more.
  if (signal.kind === "lifecycle-terminating" || signal.kind === "agent-state")
    return closedAt !== null && signal.at > closedAt + ENDING;
  // That an event is over is of the incident that it was announced in, whenever that closed.
  if (signal.kind === "scheduled-change" && signal.over && knowsEvent(incident, signal)) return false;
  const announces = isAnnouncement(signal.kind);
  if (!announces && !isWarning(signal.kind)) return false;
  return closedAt !== null && (announces || episode.firstEnding !== null) && signal.at > closedAt;
}

function warningFits(at: Ms, episode: Episode): boolean {
  if (episode.warnings.length > 0) return episode.warnings.some((warning) => Math.abs(at - warning) <= INTERRUPTION);
  if (episode.ended !== null) {
    // An instance that is ending is not warned any more, and one that was warned ends soon.
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
    // What begins to end after its end was reached had begun to live in between.
    if (rankOf(state) < 3 && rankOf(ended.state) >= 3 && at > ended.at + STATE_TOLERANCE) return false;
    if (rankOf(state) >= 3 && rankOf(ended.state) < 3 && at < ended.at - STATE_TOLERANCE) return false;
    // A stopped instance can be terminated whenever its owner likes: still the same end.
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

/** Announcements come any time before an end, or shortly after its first sign. */
function announcedBefore(at: Ms, episode: Episode): boolean {
  return at >= episode.start - INTERRUPTION;
}

/** No earlier than `before` before one of `times`, and no later than `after` after it. */
function near(at: Ms, times: readonly Ms[], before: Ms, after: Ms): boolean {
  return times.some((time) => between(at, time - before, time + after));
}

function between(at: Ms, from: Ms, to: Ms): boolean {
  return at >= from && at <= to;
}
