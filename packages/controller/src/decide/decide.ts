import type { Ms } from "../clock.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { StepState } from "../model/step.ts";
import type { Plan, PlannedStep } from "./plan.ts";
import type { Actions, Policy } from "./policy.ts";
import { askApplication } from "./ask-application.ts";
import * as hooks from "./hooks.ts";
import { tagsOf } from "./match.ts";
import { conditionOf, rule } from "./rules.ts";
import { lookUp } from "./look-up.ts";
import * as stages from "./stages.ts";
import { askReplacement, endRetained, release as handOver, verify } from "./replacement.ts";
import type { Ground } from "./stage.ts";
import { isOld, withLife } from "./outdated.ts";
import { classifyEnding, isOutdated, type Threat, threatOf } from "./threat.ts";
import { timing, whileHeld } from "./timing.ts";

/**
 * What to do about one incident: pure, from what is known now. Planning again with more facts yields the same ids and
 * adds to them, so that draining starts from the inventory while a look-up is still under way.
 *
 * @param facts null where nothing can be asked (`explain`): each stage is then one outline step.
 */
export function decide(told: Incident, facts: Facts | null, policy: Policy): Plan {
  const known = facts ?? NOTHING;
  const incident = withLife(told, facts);
  const ruling = rule(policy, incident, known);
  const threat = threatOf(incident);
  const because =
    outdated(incident) ??
    handsOff(ruling.actions, known) ??
    (facts === null ? null : (ruling.optedOut ?? seenBefore(incident, facts, policy)));
  const condition = facts === null ? conditionOf(policy, incident) : null;
  const observed = because !== null || !ruling.actions.act;
  // Who only watches asks the group for nothing.
  const actions = observed || ruling.actions.dryRun ? { ...ruling.actions, onDemand: null } : ruling.actions;
  const ground: Ground = { incident, facts, actions, t: timing(incident, actions, threat) };
  const unknown = facts !== null && isUnknown(incident, facts);
  const mode = observed ? "observe" : ruling.actions.dryRun ? "dry-run" : "act";
  return {
    rule: ruling.rule,
    mode,
    threat,
    steps: unknown ? lookFirst(threat, ground) : observed ? observe(threat, ground) : answer(threat, ground),
    because: because ?? (ruling.actions.act ? condition : `the rule ${ruling.rule} says not to act`),
  };
}

/**
 * Whose it is, and what its tags say, is not known yet: nothing is touched until the look-up has answered or given up.
 * With an inventory it is known at once; but not, for a notice that came late, whether the instance was started since.
 */
function isUnknown(incident: Incident, facts: Facts): boolean {
  const { steps, subject } = incident;
  if (steps.some((step) => step.id === "look-up" && ANSWERED.has(step.state))) return false;
  if (subject.type === "task") return false;
  if (!knowsTags(facts)) return true;
  return isOld(incident) && (facts.instanceAsOf ?? 0) < incident.openedAt;
}

const knowsTags = ({ instance, groupName, group }: Facts): boolean =>
  instance !== null && (groupName === null || group !== null);

/**
 * Another worker, or an earlier life of this one, saw whose it is, and its look-up is not repeated: what it saw stands for
 * a worker whose inventory does not have it.
 */
function seenBefore({ plannedFrom, mode, subject }: Incident, facts: Facts, { tag }: Policy): string | null {
  if (subject.type === "task" || knowsTags(facts) || tagsOf(facts)[tag.name]?.toLowerCase() === "true") return null;
  return plannedFrom !== null && mode === "observe" ? "it was seen before that it is not to be touched" : null;
}

const ANSWERED: ReadonlySet<StepState> = new Set(["done", "skipped", "abandoned"]);

/** The order for each threat; exhaustive, without a default. */
function answer(threat: Threat, ground: Ground): PlannedStep[] {
  switch (threat) {
    case "reclaim":
      return doomed(ground, true);
    case "task-stop":
      return doomed(ground, true);
    case "termination":
      return doomed({ ...ground, actions: { ...ground.actions, replace: "never" } }, true);
    case "warm-pool":
      return doomed({ ...ground, actions: { ...ground.actions, replace: "never" } }, false);
    case "scheduled":
      // It may be weeks away.
      return ground.t.known ? doomed(ground, true) : observe(threat, ground);
    case "recommendation":
      return recommended(ground);
    case "ending":
      // Usually a scale-in, a refresh or a person (docs/aws-facts.md, 11): what a person stops is theirs to drain.
      if (ground.facts !== null && classifyEnding(ground.facts) !== "missed-notice") return observe(threat, ground);
      return doomed({ ...ground, actions: { ...ground.actions, replace: "never" } }, true);
    case "launch":
      return [...stages.tellOfHook(ground), ...lookUp(ground).slice(0, 1), ...hooks.complete(ground, [])];
    case "none":
      return [];
  }
}

function doomed(ground: Ground, told: boolean): PlannedStep[] {
  const acts = [
    ...stages.deregister(ground),
    ...stages.drain(ground),
    ...askReplacement(ground),
    ...askApplication(ground),
  ];
  const sideBySide = [...stages.holdLast(ground), ...acts, ...stages.lookAround(ground, acts)];
  const waits = stages.awaitEmpty(ground, sideBySide);
  const holds = hooks.awaitWork(ground, [...sideBySide, ...waits]);
  const emptying = [...sideBySide, ...waits, ...holds];
  const completes = hooks.complete(ground, emptying);
  const held = { ...ground, t: whileHeld(ground.t, hooks.heldUntil(ground, holds)) };
  const release = handOver(held, emptying);
  const work = [...lookUp(ground), ...emptying, ...completes, ...release];
  return [
    ...(told ? stages.tell(ground) : []),
    ...stages.tellOfHook(ground),
    ...work,
    ...verify(held, work),
    ...endRetained(held),
  ];
}

/** On a recommendation the policy says: alert, replace early, drain, or ignore. */
function recommended(ground: Ground): PlannedStep[] {
  const { actions } = ground;
  switch (actions.onRebalance) {
    case "ignore":
      return [];
    case "alert":
      return watched(ground, lookUp(ground));
    case "drain":
      return doomed({ ...ground, actions: { ...actions, replace: "never" } }, true);
    case "replace": {
      // Detaching takes its targets away at once, and what never served could not be called off.
      const asking: Ground = { ...ground, actions: { ...actions, replace: "raise" } };
      // Nothing is drained for a mere recommendation before its replacement serves.
      const replaced = ground.incident.steps.some((step) => step.id === "replace" && step.state === "done");
      if (replaced) return doomed(asking, true);
      return watched(ground, [...lookUp(ground), ...askReplacement(asking)]);
    }
  }
}

/** Told, and kept open for the warning that may follow. */
function watched(ground: Ground, work: PlannedStep[]): PlannedStep[] {
  return [...stages.tell(ground), ...work, ...verify(ground, work)];
}

function lookFirst(threat: Threat, ground: Ground): PlannedStep[] {
  if (threat === "none") return [];
  // People are not told of what may be over since long.
  const told = threat === "launch" || threat === "warm-pool" || isOld(ground.incident) ? [] : stages.tell(ground);
  return [...told, ...lookUp(ground)];
}

/** Recorded and told, not touched. */
function observe(threat: Threat, ground: Ground): PlannedStep[] {
  if (threat === "none" || threat === "launch" || threat === "warm-pool") return [];
  const looks = lookUp(ground);
  return [...stages.tell(ground), ...looks, ...verify(ground, looks)];
}

function outdated(incident: Incident): string | null {
  const { launchTime } = incident.labels;
  if (!isOutdated(incident)) return null;
  const isOlder = typeof launchTime === "number" && incident.signals.every(({ at }) => at <= launchTime);
  return isOlder
    ? `what was told is older than the instance, which was started at ${new Date(launchTime).toISOString()}`
    : "what was told should long have come true, and the instance runs";
}

function handsOff(actions: Actions, facts: Facts): string | null {
  if (facts.owner === "ours" || actions.handsOn) return null;
  return `it belongs to ${facts.owner}${facts.ownerBecause === null ? "" : ` (${facts.ownerBecause})`}`;
}

/** How long is left for a step, in whole seconds, as `explain` shows it. */
export function budgetSeconds(step: PlannedStep, now: Ms): number {
  return Math.max(0, Math.round(((step.waitsUntil ?? step.abandonAt) - Math.max(now, step.notBefore ?? now)) / 1000));
}

/** Facts of somebody who has asked nobody. */
export const NOTHING: Facts = {
  place: null,
  observedAt: null,
  instance: null,
  instanceAsOf: null,
  group: null,
  groupName: null,
  groupState: null,
  protectedFromScaleIn: false,
  hooks: [],
  refreshing: false,
  containerInstances: [],
  notInEcs: false,
  clusterTags: {},
  capacityProvider: null,
  tasks: [],
  services: [],
  impact: [],
  targets: [],
  classicLoadBalancers: [],
  latticeTargets: [],
  discovery: [],
  owner: "ours",
  ownerBecause: null,
  fleet: null,
  agents: {},
  evidence: [],
  missing: [],
  complete: false,
};
