import { clean } from "./clean.ts";
import { few, span, tally } from "./count.ts";
import type { MemberDetail, StepDetail } from "./member.ts";

const MOST_REASONS = 3;

interface Progress {
  steps: number;
  done: number;
  failed: number;
  skipped: number;
  readonly reasons: string[];
}

/** Returns the progress over all members, in the order of the plan: "drain the container instance: 2 of 3 done". */
export function doing(all: readonly MemberDetail[]): readonly string[] {
  const dryRun = all.filter(({ body }) => body.mode === "dry-run");
  const observed = all.filter(({ body }) => body.mode === "observe");
  const lines: string[] = [];
  for (const [phrase, progress] of progressOf(all.filter(({ body }) => body.mode === "act")))
    lines.push(...lineOf(phrase, progress));
  for (const [phrase, progress] of progressOf(dryRun))
    lines.push(`dry run: would ${phrase}${all.length === 1 ? "" : ` (${progress.steps})`}`);
  if (observed.length > 0) lines.push(...untouched(observed, all.length));
  lines.push(...replaced(all), ...evidence(all), ...leftBehind(all));
  return lines;
}

function progressOf(some: readonly MemberDetail[]): ReadonlyMap<string, Progress> {
  const by = new Map<string, Progress>();
  for (const { steps } of some) {
    for (const { step, phrase } of steps) {
      if (phrase === null) continue;
      const progress = by.get(phrase) ?? { steps: 0, done: 0, failed: 0, skipped: 0, reasons: [] };
      by.set(phrase, progress);
      progress.steps += 1;
      if (step.state === "done") progress.done += 1;
      if (step.state === "skipped") progress.skipped += 1;
      if (step.state === "abandoned") {
        progress.failed += 1;
        if (step.reason !== null) progress.reasons.push(clean(step.reason));
      }
    }
  }
  return by;
}

function lineOf(phrase: string, progress: Progress): string[] {
  const { steps, done, failed, skipped, reasons } = progress;
  const wanted = steps - skipped;
  if (wanted === 0) return [];
  if (wanted === 1 && done === 1) return [`${phrase}: done`];
  if (failed === 0) return [wanted === 1 ? `${phrase}: under way` : `${phrase}: ${done} of ${wanted} done`];
  const why = few(
    tally(reasons).map(([reason]) => reason),
    MOST_REASONS,
  );
  const could = wanted === 1 ? "could not" : `${done} of ${wanted} done, ${failed} could not`;
  return [`${phrase}: ${could}${why === "" ? "" : `: ${why}`}`];
}

function untouched(observed: readonly MemberDetail[], of: number): string[] {
  const owners = tally(observed.flatMap(({ facts }) => (facts === null || facts.owner === "ours" ? [] : facts.owner)));
  const who = (count: number): string => (of === 1 ? "it is" : count === 1 ? "1 is" : `${count} are`);
  const lines = owners.map(([owner, count]) => `${who(count)} left to ${owner}, its owner`);
  const rest = observed.length - owners.reduce((sum, [, count]) => sum + count, 0);
  if (rest > 0) lines.push(`${who(rest)} only observed, as the policy says`);
  return lines;
}

/** Returns after what time replacements serve. */
function replaced(all: readonly MemberDetail[]): string[] {
  const after = all.flatMap(({ member }) => member.replacedAfterSeconds ?? []);
  if (after.length === 0) return [];
  const slowest = span(after.reduce((a, b) => Math.max(a, b)));
  const notes = tally(all.flatMap(({ steps }) => steps.flatMap(noteOf))).map(([note]) => `, ${clean(note)}`);
  const serves =
    after.length === 1
      ? `a replacement serves after ${slowest}`
      : `${after.length} replacements serve, the slowest after ${slowest}`;
  return [`${serves}${notes.join("")}`];
}

/** Returns instances that were detached from their group and could not be terminated. */
function leftBehind(all: readonly MemberDetail[]): string[] {
  const reasons = all.flatMap(({ member, steps }) =>
    steps.filter(isLeftBehind).map(({ step: { reason } }) => `${member.subject}: ${clean(reason ?? "")}`),
  );
  return reasons.length <= MOST_REASONS
    ? reasons
    : [...reasons.slice(0, MOST_REASONS), `${reasons.length - MOST_REASONS} more could not be ended`];
}

function isLeftBehind({ step: { responder, receipt } }: StepDetail): boolean {
  if (responder !== "release-to-group" || receipt === null || typeof receipt !== "object") return false;
  return "left" in receipt && receipt.left === true;
}

/** Returns a note about a replacement that serves. */
const noteOf = ({ step: { responder, state, reason } }: StepDetail): string[] =>
  responder === "verify-replacement" && state === "done" && reason !== null ? [reason] : [];

const MOST_EVIDENCE = 5;

/** Returns the messages of services and fleets about why replacements did not launch. */
function evidence(all: readonly MemberDetail[]): string[] {
  const said = all.flatMap(({ body }) => {
    const { evidence: list } = body.labels;
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === "string") : [];
  });
  return tally(said)
    .slice(0, MOST_EVIDENCE)
    .map(([one]) => clean(one));
}
