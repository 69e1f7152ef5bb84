import type { ServiceImpact } from "../../enrich/facts.ts";
import type { AlertMember, AlertModel } from "../alert.ts";
import { plural, short, span } from "../message/count.ts";
import { OUTCOMES } from "../message/outcome-words.ts";

/** Limits for the shown parts of an alert; the rest is counted. */
export interface Room {
  readonly members: number;
  readonly services: number;
  /** Lines of each other part. */
  readonly lines: number;
  /** Characters of a line. */
  readonly width: number;
}

/** The largest limits: more is not readable. */
export const ALL: Room = { members: 200, services: 50, lines: 20, width: 400 };

export interface Part {
  readonly name: "stakes" | "doing" | "ask" | "missing" | "deadline" | "where" | "services" | "members";
  /** For people: "At stake". */
  readonly title: string;
  /** Sanitized text (clean.ts); escaping for a format is the channel's task. */
  readonly lines: readonly string[];
  /** Text about cut lines: "and 7 more incidents, not shown here"; null means none were cut. */
  readonly rest: string | null;
}

/**
 * Returns the parts of an alert below its headline, in reading order: impact, progress, requests, missing facts,
 * deadline, place, services, members. Channels render them in their own formats; empty parts are omitted, and cut parts
 * count the rest.
 */
export function partsOf(model: AlertModel, room: Room): readonly Part[] {
  const { lines, width, services, members } = room;
  const part = (
    name: Part["name"],
    title: string,
    all: readonly string[],
    most = lines,
    what: string | null = null,
  ): Part => {
    const shown = all.slice(0, most).map((line) => short(line, width));
    const left = all.length - shown.length;
    const counted = what === null ? `${left} more` : plural(left, what);
    return { name, title, lines: shown, rest: left === 0 ? null : `and ${counted}, not shown here` };
  };
  const parts: readonly Part[] = [
    part("stakes", model.phase === "outcome" ? "In the end" : "At stake", model.stakes),
    part("doing", "Being done", model.doing),
    part("ask", "Please", model.ask),
    part("missing", "Not known", model.missing),
    part("deadline", "Deadline", deadlineOf(model)),
    part("where", "Where", [whereOf(model)]),
    part("services", "Services", model.impact.map(serviceLine), services, "more service"),
    part("members", "Incidents", model.members.map(memberLine), members, "more incident"),
  ];
  return parts.filter(({ lines: shown, rest }) => shown.length > 0 || rest !== null);
}

/** Describes the next deadline: "in 94 s, at 2026-01-01T00:02:00Z". */
function deadlineOf({ earliestDeadline, madeAt }: AlertModel): readonly string[] {
  if (earliestDeadline === null) return [];
  const left = Math.floor((earliestDeadline - madeAt) / 1_000);
  const at = time(earliestDeadline);
  return [left > 0 ? `in ${span(left)}, at ${at}` : `${at}, which has passed`];
}

/** Formats a time with seconds, without milliseconds. */
const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

/** Describes the place: "cluster prod, eu-west-1, account 111122223333". */
function whereOf({ group }: Pick<AlertModel, "group">): string {
  const { account, region, cluster, group: scaling } = group;
  const named = [
    cluster === null ? null : `cluster ${nameOf(cluster)}`,
    cluster === null && scaling !== null ? `group ${scaling}` : null,
    region,
    account === null ? null : `account ${account}`,
  ].filter((one) => one !== null);
  return named.length === 0 ? "not known" : named.join(", ");
}

/** Describes a member: "i-0abc  web  m5.large  eu-west-1b  shop-web  until 2026-01-01T00:02:00Z". */
function memberLine(member: AlertMember): string {
  const { subject, name, type, availabilityZone, group, standaloneTasks, daemonTasks } = member;
  const tasks = [
    ...(standaloneTasks > 0 ? [plural(standaloneTasks, "standalone task")] : []),
    ...(daemonTasks > 0 ? [plural(daemonTasks, "daemon")] : []),
  ].join(" and ");
  const known = [subject, name, type, availabilityZone, group, stateOf(member)].filter((one) => one !== null);
  return [...known, ...(tasks === "" ? [] : [tasks])].join("  ");
}

function stateOf({ outcome, deadline, marginSeconds, threat }: AlertMember): string {
  if (outcome === null && threat === "cancelled") return OUTCOMES.cancelled;
  if (outcome === null) return deadline === null ? "open" : `until ${time(deadline)}`;
  const word = OUTCOMES[outcome];
  if (marginSeconds === null) return word;
  // Only of what was drained: "not drained in time, with 9 s to spare" would be a riddle.
  if (outcome !== "drained") return marginSeconds < 0 ? `${word}, ${Math.ceil(-marginSeconds)} s late` : word;
  return `${word} with ${Math.floor(Math.max(0, marginSeconds))} s to spare`;
}

/**
 * Describes a service: "checkout: 4 desired, 4 running, 0 pending, 3 go, 1 stays; checkout:7; behind a load balancer".
 */
function serviceLine(one: ServiceImpact): string {
  const counts = `${one.desired} desired, ${one.running} running, ${one.pending} pending`;
  const going = `${one.doomed} ${one.doomed === 1 ? "goes" : "go"}, ${one.survives} ${one.survives === 1 ? "stays" : "stay"}`;
  const kind = one.daemon ? "daemon" : one.balanced ? "behind a load balancer" : "without a load balancer";
  return `${one.service}: ${counts}, ${going}; ${nameOf(one.taskDefinition)}; ${kind}`;
}

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);
