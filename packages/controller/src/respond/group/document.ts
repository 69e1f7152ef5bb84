import type { Ms } from "../../clock.ts";
import type { Doc } from "../../model/doc.ts";
import { type Group, NO_DEBTS, type Replacement } from "../../model/group.ts";
import type { Key } from "../../model/key.ts";

export interface GroupName {
  readonly account: string | null;
  readonly region: string;
  readonly name: string;
}

export const groupKey = (group: GroupName): Key => `group#${group.account ?? "-"}/${group.region}/${group.name}`;

export function newGroup(group: GroupName): Doc<"group"> {
  const body: Group = {
    ...group,
    baseline: null,
    ours: [],
    cooldownUntil: 0,
    cap: 0,
    cooldown: 0,
    round: 1,
    steps: [],
    replacing: {},
    ...NO_DEBTS,
  };
  return {
    kind: "group",
    key: groupKey(group),
    schema: 1,
    version: 0,
    wakeAt: null,
    tags: [`asg#${group.name}`],
    body,
  };
}

/** Changes one replacement of the document, which becomes due at once. */
export function withReplacement(doc: Doc<"group">, incident: Key, to: Replacement, now: Ms): Doc<"group"> {
  return { ...doc, wakeAt: now, body: { ...doc.body, replacing: { ...doc.body.replacing, [incident]: to } } };
}

/** Bounds of replacements in the document (at most 8 kB), in total and unfinished. Others wait. */
const MOST = 12;
const MOST_OPEN = 8;

export function hasPlace({ replacing }: Group): boolean {
  const all = Object.values(replacing);
  return all.length < MOST && all.filter((one) => !isOver(one)).length < MOST_OPEN;
}

/** Whether the replacement is in progress and counts against the cap. */
export const isUnderway = (one: Replacement): boolean =>
  one.state === "launching" || one.state === "serves" || one.state === "retiring" || one.state === "lowering";
export const isOver = (one: Replacement): boolean =>
  one.state === "settled" || one.state === "refused" || one.state === "cancelled";
