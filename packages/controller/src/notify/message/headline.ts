import type { Ms } from "../../clock.ts";
import type { Threat } from "../../decide/threat.ts";
import { few, plural, span, tally } from "./count.ts";
import type { MemberDetail } from "./member.ts";
import { OUTCOMES } from "./outcome-words.ts";
import { isUnsure } from "./stakes.ts";

/** Worst first: the headline begins with the worst threat of any member. */
const ORDER: readonly Threat[] = [
  "reclaim",
  "task-stop",
  "ending",
  "termination",
  "scheduled",
  "recommendation",
  "warm-pool",
  "launch",
  "none",
];

/**
 * Makes the headline of an open alert: "3 of m5.large in eu-west-1b are reclaimed, 94 s left; 2 more may be reclaimed
 * soon".
 */
export function headline(every: readonly MemberDetail[], now: Ms): string {
  const all = every.filter((one) => !isOver(one));
  const by = Map.groupBy(all, (one) => one.threat);
  const present = ORDER.filter((threat) => by.has(threat));
  const parts = present.map((threat, place) => {
    const some = by.get(threat) ?? [];
    const who = place === 0 ? `${subjects(some, threat)}${zones(some)}` : `${some.length} more`;
    return `${who} ${verb(threat, some)}${place === 0 ? left(some, now) : ""}`;
  });
  if (parts.length === 0) return nothingLeft(every);
  const over = tally(every.filter(isOver).map(wordOf));
  parts.push(...over.map(([word, count]) => `${count} more ${count === 1 ? "was" : "were"} ${word}`));
  if (all.every(({ body }) => body.mode === "dry-run")) parts.push("a dry run, nothing is done");
  return parts.join("; ");
}

/** Whether the threat did not come true: then only this is reported. It is known at once, before the incident is over. */
const isOver = ({ member: { outcome, threat } }: MemberDetail): boolean =>
  outcome === "cancelled" || outcome === "told" || threat === "cancelled";

/** Makes the headline if no threat is left: "i-0abc (web) is not interrupted after all". */
function nothingLeft(every: readonly MemberDetail[]): string {
  if (every.length === 0) return "nothing is interrupted";
  const ends = tally(every.map(wordOf)).map(([word, count]) => (count === every.length ? word : `${count} ${word}`));
  return `${subjects(every, "none")}${zones(every)}: ${ends.join(", ")}`;
}

/** Makes the headline of an outcome: "3 of m5.large in eu-west-1b: all drained, at least 41 s to spare". */
export function outcomeHeadline(all: readonly MemberDetail[]): string {
  const threat = ORDER.find((one) => all.some((seen) => seen.threat === one)) ?? "none";
  return `${subjects(all, threat)}${zones(all)}: ${ended(all)}`;
}

function subjects(some: readonly MemberDetail[], threat: Threat): string {
  const word = threat === "task-stop" ? "Fargate Spot task" : "instance";
  const [first] = some;
  if (some.length === 1 && first !== undefined) {
    const { subject, name, type } = first.member;
    const also = [name, type].filter((one) => one !== null).join(", ");
    const id = threat === "task-stop" ? `${word} ${subject.slice(subject.lastIndexOf("/") + 1)}` : subject;
    return also === "" ? id : `${id} (${also})`;
  }
  const types = tally(some.flatMap(({ member }) => member.type ?? []));
  const known = types.reduce((sum, [, count]) => sum + count, 0);
  const [only] = types;
  if (types.length === 1 && only !== undefined && known === some.length) return `${some.length} of ${only[0]}`;
  const shown = few(
    types.map(([type, count]) => `${count} ${type}`),
    3,
  );
  return shown === "" ? plural(some.length, word) : `${plural(some.length, word)} (${shown})`;
}

function zones(some: readonly MemberDetail[]): string {
  const names = tally(some.flatMap(({ member }) => member.availabilityZone ?? [])).map(([zone]) => zone);
  if (names.length === 0) return "";
  return names.length > 3 ? ` in ${names.length} zones` : ` in ${names.join(", ")}`;
}

function verb(threat: Threat, some: readonly MemberDetail[]): string {
  const one = some.length === 1;
  const is = one ? "is" : "are";
  switch (threat) {
    case "reclaim":
      return some.every(({ member }) => member.action === "hibernate") ? `${is} hibernated` : `${is} reclaimed`;
    case "task-stop":
      return `${is} stopped`;
    case "ending":
    case "termination":
      return `${is} ending without a warning`;
    case "scheduled":
      return one ? "has a scheduled event" : "have scheduled events";
    case "recommendation":
      return "may be reclaimed soon";
    case "warm-pool":
      return one ? "goes back to the warm pool" : "go back to the warm pool";
    case "launch":
      return one ? "has been launched" : "have been launched";
    case "none":
      return one ? "has changed" : "have changed";
  }
}

/** Returns the time left for members that are not drained yet, or whether all were drained in time. */
function left(some: readonly MemberDetail[], now: Ms): string {
  const open = some.filter(({ body }) => body.outcome === null && body.deadline !== null);
  if (open.length === 0) return "";
  const full = open.filter((one) => !isEmpty(one));
  const ahead = full.flatMap(({ body }) => (body.deadline !== null && body.deadline > now ? [body.deadline] : []));
  if (ahead.length === 0) {
    const inTime = open.every((one) => isEmpty(one) && (one.body.drainedAt ?? Infinity) <= (one.body.deadline ?? 0));
    return inTime ? `, ${open.length > 1 ? "all " : ""}drained in time` : ", the deadline has passed";
  }
  const first = Math.min(...ahead);
  const whom = ahead.length < some.length || Math.max(...ahead) - first >= 1_000 ? " for the first" : "";
  return `, ${span(Math.max(1, Math.floor((first - now) / 1_000)))} left${ahead.length < open.length ? ` for ${ahead.length}` : whom}`;
}

/** Whether a member has drained. If a wait was abandoned while the work continued, it has not. */
const isEmpty = ({ body, steps }: MemberDetail): boolean =>
  body.drainedAt !== null && !steps.some(({ isCut }) => isCut);

/** Summarises how members ended: "1 was cut off, 2 drained, at least 41 s to spare". */
function ended(all: readonly MemberDetail[]): string {
  const parts = tally(all.map(wordOf)).map(([word, count]) => {
    const who = count === all.length ? (count === 1 ? "" : "all ") : `${count} `;
    return `${who}${word}`;
  });
  const margins = all.flatMap(({ member }) => (member.outcome === "drained" ? (member.marginSeconds ?? []) : []));
  if (margins.length > 0) {
    const spare = Math.floor(margins.reduce((a, b) => Math.min(a, b)));
    parts.push(`${all.length === 1 ? "" : "at least "}${span(Math.max(0, spare))} to spare`);
  }
  return parts.join(", ");
}

function wordOf(one: MemberDetail): string {
  const { outcome } = one.member;
  if (outcome === null) return one.member.threat === "cancelled" ? OUTCOMES.cancelled : "still open";
  return isUnsure(one) ? "not known to have drained" : OUTCOMES[outcome];
}
