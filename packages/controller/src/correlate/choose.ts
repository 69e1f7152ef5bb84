import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Signal } from "../model/signal.ts";
import type { Episode } from "./episode.ts";
import { isLife, isDated } from "../signal/kind-queries.ts";
import { episodeOf } from "./episode.ts";
import { fits, HOOK, TOLERANCE } from "./fits.ts";

interface Candidate {
  readonly doc: Doc<"incident">;
  readonly episode: Episode;
}

/**
 * Finds the incident that the signal belongs to by event times: the nearest of those that it fits. Returns null if it
 * fits none.
 */
export function choose(known: readonly Doc<"incident">[], signal: Signal): Doc<"incident"> | null {
  const all = known.map((doc) => ({ doc, episode: episodeOf(doc.body) }));
  if (isLife(signal) || signal.kind === "launch-result") return chooseForLife(all, signal)?.doc ?? null;
  const candidates = all.filter(
    (one) =>
      fits(signal, one.doc.body, one.episode) &&
      all.every((other) => other === one || !separates(other.episode, signal.at, one.episode)),
  );
  const byTime = signal.timeKnown && isDated(signal.kind);
  return (nearest(candidates, signal.at) ?? (byTime ? undefined : newestOpen(all)))?.doc ?? null;
}

/** A signal without a usable time most likely belongs to the newest open incident. */
function newestOpen(all: readonly Candidate[]): Candidate | undefined {
  return all
    .filter(({ doc, episode }) => doc.body.closedAt === null && !episode.launching && episode.launchedAt === null)
    .toSorted((a, b) => b.doc.body.ordinal - a.doc.body.ordinal)[0];
}

/**
 * Whether another episode, or its launch, lies between the signal and the episode. Then they belong to different lives
 * of the instance (from one start to the next).
 *
 *     episode ─▶ launch ─▶ signal     signal ─▶ launch ─▶ episode     episode ─▶ another's end ─▶ signal
 */
function separates(other: Episode, at: Ms, episode: Episode): boolean {
  const launch = other.launching ? other.start : other.launchedAt;
  if (launch !== null) {
    if (episode.end + TOLERANCE < launch && launch <= at) return true;
    if (at + TOLERANCE < launch && launch <= episode.start) return true;
  }
  if (other.firstEnding === null) return false;
  return (episode.end < other.start && other.end < at) || (at < other.start && other.end < episode.start);
}

/**
 * Finds the incident for a signal that means "runs". `running`, `pending` and launch results separate one episode from
 * the next: they belong to the last episode that had begun, or, if late, to the first episode after them.
 *
 *     episode 1 ─▶ running ┊ episode 2        joins 1, and moves the ordinal on
 *     running ─▶ episode                      late: joins, and changes nothing
 *     episode 1 ─▶ launch ┊ ─▶ running        the launch is known already: concerns no incident
 */
function chooseForLife(all: readonly Candidate[], signal: Signal): Candidate | undefined {
  const failed = signal.kind === "launch-result" && !signal.ok;
  const candidates = failed ? all.filter(({ episode }) => episode.launching) : all;
  const begun = candidates.filter(({ episode }) => episode.start <= signal.at + TOLERANCE);
  const last = begun.toSorted((a, b) => b.episode.start - a.episode.start)[0];
  if (last === undefined) return failed ? undefined : nearest(candidates, signal.at);
  if (last.episode.launching) return signal.at <= last.episode.end + HOOK ? last : undefined;
  return last.episode.launchedAt !== null && signal.at >= last.episode.launchedAt ? undefined : last;
}

function nearest(candidates: readonly Candidate[], at: Ms): Candidate | undefined {
  const distance = ({ episode }: Candidate): Ms => Math.max(episode.start - at, at - episode.end, 0);
  return candidates.toSorted((a, b) => distance(a) - distance(b) || b.doc.body.ordinal - a.doc.body.ordinal)[0];
}
