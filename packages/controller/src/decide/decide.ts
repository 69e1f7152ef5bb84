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
import type { PlanInput } from "./stage.ts";
import { isOld, withLife } from "./outdated.ts";
import { classifyEnding, isOutdated, type Threat, threatOf } from "./threat.ts";
import { timing, whileHeld } from "./timing.ts";

/**
 * Makes the plan for one incident. Pure. A replan with more facts gives the same step ids and adds new ones, so that
 * draining starts from the inventory while reads are still in progress.
 *
 * @param facts null if nothing can be read (`explain`): each stage then gives one outline step.
 */
export function decide(stored: Incident, facts: Facts | null, policy: Policy): Plan {
  const known = facts ?? NO_FACTS;
  const incident = withLife(stored, facts);
  const ruling = rule(policy, incident, known);
  const threat = threatOf(incident);
  const because =
    outdated(incident) ??
    handsOff(ruling.actions, known) ??
    (facts === null ? null : (ruling.optedOut ?? earlierReason(incident, facts, policy)));
  const condition = facts === null ? conditionOf(policy, incident) : null;
  const observed = because !== null || !ruling.actions.act;
  // While only observing, no On-Demand fallback is requested.
  const actions = observed || ruling.actions.dryRun ? { ...ruling.actions, onDemand: null } : ruling.actions;
  const input: PlanInput = { incident, facts, actions, t: timing(incident, actions, threat) };
  const unknown = facts !== null && isUnknown(incident, facts);
  const mode = observed ? "observe" : ruling.actions.dryRun ? "dry-run" : "act";
  return {
    rule: ruling.rule,
    mode,
    threat,
    steps: unknown ? lookFirst(threat, input) : observed ? observe(threat, input) : answer(threat, input),
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
function earlierReason({ plannedFrom, mode, subject }: Incident, facts: Facts, { tag }: Policy): string | null {
  if (subject.type === "task" || knowsTags(facts) || tagsOf(facts)[tag.name]?.toLowerCase() === "true") return null;
  return plannedFrom !== null && mode === "observe" ? "it was seen before that it is not to be touched" : null;
}

const ANSWERED: ReadonlySet<StepState> = new Set(["done", "skipped", "abandoned"]);

/** Plans the steps for each threat. Exhaustive, without a default. */
function answer(threat: Threat, input: PlanInput): PlannedStep[] {
  switch (threat) {
    case "reclaim":
      return doomed(input, true);
    case "task-stop":
      return doomed(input, true);
    case "termination":
      return doomed({ ...input, actions: { ...input.actions, replace: "never" } }, true);
    case "warm-pool":
      return doomed({ ...input, actions: { ...input.actions, replace: "never" } }, false);
    case "scheduled":
      // Without a known time the event may be weeks away.
      return input.t.known ? doomed(input, true) : observe(threat, input);
    case "recommendation":
      return recommended(input);
    case "ending":
      // Usually a scale-in, an instance refresh or a person (docs/aws-facts.md, 11): who stops an instance must drain
      // it.
      if (input.facts !== null && classifyEnding(input.facts) !== "missed-notice") return observe(threat, input);
      return doomed({ ...input, actions: { ...input.actions, replace: "never" } }, true);
    case "launch":
      return [...stages.tellOfHook(input), ...lookUp(input).slice(0, 1), ...hooks.complete(input, [])];
    case "none":
      return [];
  }
}

function doomed(input: PlanInput, isReported: boolean): PlannedStep[] {
  const acts = [
    ...stages.deregister(input),
    ...stages.drain(input),
    ...askReplacement(input),
    ...askApplication(input),
  ];
  const sideBySide = [...stages.holdLast(input), ...acts, ...stages.lookAround(input, acts)];
  const waits = stages.awaitEmpty(input, sideBySide);
  const holds = hooks.awaitWork(input, [...sideBySide, ...waits]);
  const emptying = [...sideBySide, ...waits, ...holds];
  const completes = hooks.complete(input, emptying);
  const held = { ...input, t: whileHeld(input.t, hooks.heldUntil(input, holds)) };
  const release = handOver(held, emptying);
  const work = [...lookUp(input), ...emptying, ...completes, ...release];
  return [
    ...(isReported ? stages.tell(input) : []),
    ...stages.tellOfHook(input),
    ...work,
    ...verify(held, work),
    ...endRetained(held),
  ];
}

/** Plans the policy's answer to a recommendation: alert, replace early, drain, or ignore. */
function recommended(input: PlanInput): PlannedStep[] {
  const { actions } = input;
  switch (actions.onRebalance) {
    case "ignore":
      return [];
    case "alert":
      return watched(input, lookUp(input));
    case "drain":
      return doomed({ ...input, actions: { ...actions, replace: "never" } }, true);
    case "replace": {
      // Always "raise": detaching would deregister the targets at once, and could not be cancelled before the
      // replacement serves.
      const asking: PlanInput = { ...input, actions: { ...actions, replace: "raise" } };
      // A recommendation drains nothing before the replacement serves.
      const replaced = input.incident.steps.some((step) => step.id === "replace" && step.state === "done");
      if (replaced) return doomed(asking, true);
      return watched(input, [...lookUp(input), ...askReplacement(asking)]);
    }
  }
}

/** Plans the alert, and keeps the incident open for the warning that may follow. */
function watched(input: PlanInput, work: PlannedStep[]): PlannedStep[] {
  return [...stages.tell(input), ...work, ...verify(input, work)];
}

function lookFirst(threat: Threat, input: PlanInput): PlannedStep[] {
  if (threat === "none") return [];
  // An old notice, which may be over, is not reported.
  const report = threat === "launch" || threat === "warm-pool" || isOld(input.incident) ? [] : stages.tell(input);
  return [...report, ...lookUp(input)];
}

/** Plans only reads and the alert; nothing is changed. */
function observe(threat: Threat, input: PlanInput): PlannedStep[] {
  if (threat === "none" || threat === "launch" || threat === "warm-pool") return [];
  const looks = lookUp(input);
  return [...stages.tell(input), ...looks, ...verify(input, looks)];
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
export const NO_FACTS: Facts = {
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
