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
 * Makes the plan for one incident. Pure. A replan with more facts gives the same step ids and adds new ones, so that
 * draining starts from the inventory while reads are still in progress.
 *
 * @param facts null if nothing can be read (`explain`): each stage then gives one outline step.
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
  // While only observing, no On-Demand fallback is requested.
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
 * Whether owner and tags are not known yet: then nothing is changed until the look-up step is settled. They are mostly
 * known from the inventory; for a late notice EC2 is read all the same, since the instance may have been started again.
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
 * Returns a reason to only observe, if an earlier plan did so and this worker's inventory has no tags: the look-up of
 * another worker (or before a restart) is not repeated, and its conclusion stays. Else returns null.
 */
function seenBefore({ plannedFrom, mode, subject }: Incident, facts: Facts, { tag }: Policy): string | null {
  if (subject.type === "task" || knowsTags(facts) || tagsOf(facts)[tag.name]?.toLowerCase() === "true") return null;
  return plannedFrom !== null && mode === "observe" ? "it was seen before that it is not to be touched" : null;
}

const ANSWERED: ReadonlySet<StepState> = new Set(["done", "skipped", "abandoned"]);

/** Plans the steps for each threat. Exhaustive, without a default. */
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
      // Without a known time the event may be weeks away.
      return ground.t.known ? doomed(ground, true) : observe(threat, ground);
    case "recommendation":
      return recommended(ground);
    case "ending":
      // Usually a scale-in, an instance refresh or a person (docs/aws-facts.md, 11): who stops an instance must drain
      // it.
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

/** Plans the policy's answer to a recommendation: alert, replace early, drain, or ignore. */
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
      // Always "raise": detaching would deregister the targets at once, and could not be cancelled before the
      // replacement serves.
      const asking: Ground = { ...ground, actions: { ...actions, replace: "raise" } };
      // A recommendation drains nothing before the replacement serves.
      const replaced = ground.incident.steps.some((step) => step.id === "replace" && step.state === "done");
      if (replaced) return doomed(asking, true);
      return watched(ground, [...lookUp(ground), ...askReplacement(asking)]);
    }
  }
}

/** Plans the alert, and keeps the incident open for the warning that may follow. */
function watched(ground: Ground, work: PlannedStep[]): PlannedStep[] {
  return [...stages.tell(ground), ...work, ...verify(ground, work)];
}

function lookFirst(threat: Threat, ground: Ground): PlannedStep[] {
  if (threat === "none") return [];
  // An old notice, which may be over, is not reported.
  const told = threat === "launch" || threat === "warm-pool" || isOld(ground.incident) ? [] : stages.tell(ground);
  return [...told, ...lookUp(ground)];
}

/** Plans only reads and the alert; nothing is changed. */
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

/** Returns the seconds that are left for a step, as `explain` shows them. */
export function budgetSeconds(step: PlannedStep, now: Ms): number {
  return Math.max(0, Math.round(((step.waitsUntil ?? step.abandonAt) - Math.max(now, step.notBefore ?? now)) / 1000));
}

/** Empty facts: nothing was read. Used by `explain`. */
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
