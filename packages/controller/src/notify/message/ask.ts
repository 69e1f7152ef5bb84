import type { ServiceImpact } from "../../enrich/facts.ts";
import { clean } from "./clean.ts";
import { few, plural, tally } from "./count.ts";
import { isLow } from "../outbox/level.ts";
import { isInDanger, type MemberDetail } from "./member.ts";
import { stillRuns } from "./still-runs.ts";
import { isLookUpPending, unreadTargetGroupLines } from "./unread-target-groups.ts";

const MOST_LINES = 8;
const MOST_NAMES = 5;

/** Returns requests to people; empty if none. */
export function ask(impact: readonly ServiceImpact[], all: readonly MemberDetail[]): readonly string[] {
  const lines: string[] = [];
  const low = impact.filter(isLow);
  const groups = tally(all.flatMap(({ member }) => member.group ?? [])).map(([group]) => group);
  if (low.length > 0) {
    const where = groups.length === 0 ? "" : `; if not, check why ${few(groups, 3)} launches no instances`;
    lines.push(`check that ${againOf(low)}${where}`);
  }
  lines.push(...toDoByHand(all), ...lateOnes(all));
  const lost = all.reduce(
    (sum, one) => sum + (losesTasks(one.member) && !stillRuns(one) ? one.member.standaloneTasks : 0),
    0,
  );
  if (lost > 0) lines.push(`start ${plural(lost, "standalone task")} elsewhere, if still needed: no service will`);
  return lines.slice(0, MOST_LINES);
}

/** "checkout has 2 running tasks again"; of several: "running tasks are back: worker 20, web 10". */
function againOf(low: readonly ServiceImpact[]): string {
  const [only, ...others] = low;
  if (only !== undefined && others.length === 0)
    return `${only.service} has ${plural(only.minimum, "running task")} again`;
  return `running tasks are back: ${few(
    low.map(({ service, minimum }) => `${service} ${minimum}`),
    MOST_NAMES,
  )}`;
}

/** Outcomes with which an instance ended, with its tasks. */
const WENT: ReadonlySet<string | null> = new Set(["drained", "nothing-drained", "deadline-passed", "missed-notice"]);

const losesTasks = (member: MemberDetail["member"]): boolean => isInDanger(member) || WENT.has(member.outcome);

/**
 * Returns requests to do abandoned effects by hand. Abandoned waits are reported as "not drained in time", and
 * observations need no action.
 */
export function toDoByHand(all: readonly MemberDetail[]): string[] {
  const failed = new Map<string, string[]>();
  for (const { steps, member, body } of all) {
    if (body.mode !== "act" || body.goneAt !== null) continue;
    for (const { step, phrase, byHand } of steps) {
      if (step.state !== "abandoned" || phrase === null || !byHand) continue;
      const names = failed.get(phrase) ?? [];
      failed.set(phrase, names);
      if (names.at(-1) !== member.subject) names.push(member.subject);
    }
  }
  return [...failed].map(([phrase, names]) => `${phrase} by hand: ${few(names, MOST_NAMES)}`);
}

function lateOnes(all: readonly MemberDetail[]): string[] {
  const late = all.filter(({ member }) => member.outcome === "deadline-passed" || member.outcome === "missed-notice");
  const names = (some: readonly MemberDetail[]): string =>
    few(
      some.map(({ member }) => member.subject),
      MOST_NAMES,
    );
  const [running, cut] = [late.filter(stillRuns), late.filter((one) => !stillRuns(one))];
  return [
    ...(cut.length === 0 ? [] : [`check the logs of ${names(cut)} for requests and jobs that were cut off`]),
    ...(running.length === 0 ? [] : [`check that ${names(running)} ends: its group is terminating it`]),
  ];
}

const isAsked = (outcome: string | null): boolean =>
  outcome === "drained" || outcome === "nothing-drained" || outcome === "deadline-passed";

/** Returns a note if the tasks shown were observed before the interruption. */
function ofBefore({ facts, member, body }: MemberDetail): string[] {
  const isSaid = facts === null || body.outcome !== null || member.missing.length > 0 || !isLookUpPending(body.steps);
  return isSaid ? [] : ["tasks: as they were last seen; they are not looked at anew yet"];
}

/**
 * Returns missing facts with reasons, e.g. "targets of 3: access denied". Reasons that several members share are shown
 * once.
 */
export function missing(all: readonly MemberDetail[]): readonly string[] {
  // Of closed incidents, only facts that people may still need.
  const some = all.filter(({ body, member }) => body.outcome === null || isAsked(member.outcome));
  const told = tally(
    some.flatMap((one) => [...new Set(one.member.missing.map(({ what, why }) => `${what}: ${why}`)), ...ofBefore(one)]),
  );
  const lines = told.slice(0, MOST_LINES).map(([line, count]) => (some.length === 1 ? line : `${line} (${count})`));
  if (told.length > MOST_LINES) lines.push(`and ${plural(told.length - MOST_LINES, "more reason")}`);
  return [...lines, ...unreadTargetGroupLines(all.map(({ body }) => body)).map((line) => clean(line))];
}
