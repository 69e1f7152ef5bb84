import type { Facts } from "../enrich/facts.ts";
import { containersToDrain } from "./containers-to-drain.ts";
import { isLast } from "./last.ts";
import { ALL_LOOK_UPS } from "./look-up.ts";
import { nameOf, registrationsIn, shortly } from "./registrations.ts";
import type { PlannedStep } from "./plan.ts";
import { type PlanInput, inShort, step } from "./stage.ts";
import { hookGivenUpAt } from "./threat.ts";

/** The look-around may find more targets: no wait for an empty instance ends before it. */
export const LOOK_AROUND = "look-around";
const LET_GO_WITHIN = 3_000;

/** Shortens an ARN (`arn:…:targetgroup/web/0123` → `web/0123`), unique in a plan. */
const short = (arn: string): string => arn.split(/[:/]/).slice(-2).join("/");

/** How long the plan waits for the look-around. */
const LOOK_AROUND_WITHIN = 20_000;
/** How long the look-around waits for the first action. */
const ACTION_WITHIN = 2_000;

/**
 * Plans the look-around: after the first action, or a short time if there is none, or at once if no action is planned.
 *
 * @param acts the planned actions
 */
export function lookAround({ facts, t, actions, incident }: PlanInput, acts: readonly PlannedStep[]): PlannedStep[] {
  if (!actions.deregister || incident.subject.type === "task") return [];
  if (facts !== null && facts.place === null) return [];
  const isFree = incident.firstActionAt !== null || acts.length === 0;
  const notBefore = isFree ? t.start : t.begun + ACTION_WITHIN;
  const abandonAt = t.begun + LOOK_AROUND_WITHIN;
  return [step(LOOK_AROUND, "look-around", {}, { after: [ALL_LOOK_UPS], notBefore, abandonAt })];
}

export function tell({ t }: PlanInput): PlannedStep[] {
  return [step("tell", "join-alert", {}, { abandonAt: t.verifyUntil })];
}

/** Time limit of the alert about an abandoned lifecycle action. */
const TELL_OF_HOOK_WITHIN = 900_000;

/** Plans an alert about an abandoned lifecycle action, if the incident has no other alert. */
export function tellOfHook({ incident }: PlanInput): PlannedStep[] {
  const since = hookGivenUpAt(incident);
  const isReported = incident.steps.some(
    ({ id, responder, state }) =>
      responder === "join-alert" && id !== TELL_OF_HOOK && state !== "skipped" && state !== "abandoned",
  );
  if (since === null || isReported) return [];
  return [step(TELL_OF_HOOK, "join-alert", {}, { abandonAt: since + TELL_OF_HOOK_WITHIN })];
}

const TELL_OF_HOOK = "tell-hook";

/**
 * Returns the last safe moment to deregister a held target: its connections get half of the time to drain, at most 15
 * s.
 */
const lastSafeMoment = ({ t }: PlanInput): number => t.end - Math.min(15_000, Math.floor((t.end - t.begun) / 2));

/** Returns the ARNs of target groups that have no other healthy target, or whose target is being held. */
function held({ actions, facts, incident }: PlanInput): readonly string[] {
  if (!actions.holdLast || facts === null) return [];
  const groups = [...new Set(facts.targets.map((one) => one.targetGroupArn))];
  const last = groups.filter((arn) => isLast(facts, arn));
  const before = incident.steps
    .filter((one) => one.responder === "hold-last" && one.state === "waiting")
    .map((one) => one.params["targetGroupArn"]);
  return [...new Set([...last, ...before])].filter((arn) => typeof arn === "string");
}

export function holdLast(input: PlanInput): PlannedStep[] {
  const until = lastSafeMoment(input);
  return held(input).map((targetGroupArn) =>
    step(
      `hold:${short(targetGroupArn)}`,
      "hold-last",
      { targetGroupArn, until },
      // The step ends by itself; this limit is for a read that hangs.
      { notBefore: input.t.start, abandonAt: until + LET_GO_WITHIN },
    ),
  );
}

export function deregister(input: PlanInput): PlannedStep[] {
  const { facts, t, actions } = input;
  if (!actions.deregister) return [];
  const budget = { notBefore: t.start, abandonAt: t.actUntil };
  if (facts === null) return [step("deregister", "deregister-target", {}, budget)];
  return [
    ...deregisterTargets(input, facts),
    ...(facts.instance === null ? [] : facts.classicLoadBalancers).map((loadBalancer) =>
      step(
        `deregister:classic/${loadBalancer}`,
        "deregister-classic",
        { loadBalancer, instanceId: input.incident.subject.id },
        budget,
      ),
    ),
    ...facts.latticeTargets.map(({ targetGroup, id, port }) =>
      step(`deregister:lattice/${short(targetGroup)}:${id}`, "deregister-lattice", { targetGroup, id, port }, budget),
    ),
    ...facts.discovery.map(({ serviceId, instanceId, attributes }) =>
      step(
        `deregister:discovery/${serviceId}:${instanceId}`,
        "deregister-discovery",
        { serviceId, instanceId, attributes },
        budget,
      ),
    ),
  ];
}

/**
 * Plans one step for each target group, since an instance can have a hundred tasks and a document is small. The targets
 * of a step stay: a deregistered target is no longer listed, but still awaited. Targets that become known later get
 * their own step, `#2`.
 */
function deregisterTargets(input: PlanInput, facts: Facts): PlannedStep[] {
  const { incident, t } = input;
  const holds = new Set(held(input));
  const had = incident.steps.filter((one) => one.responder === "deregister-target" && one.state !== "skipped");
  const again = had.map(({ id, params }) => ({ id, params: { ...params } }));
  const groups = Map.groupBy(facts.targets, (target) => target.targetGroupArn);
  const added = [...groups].flatMap(([targetGroupArn, targets]) => {
    const before = had.filter((one) => one.params["targetGroupArn"] === targetGroupArn);
    const covered = new Set(before.flatMap((one) => registrationsIn(one.params, facts.targets).map(nameOf)));
    const left = targets.filter((target) => !covered.has(nameOf(target)));
    if (left.length === 0) return [];
    const id = `deregister:${short(targetGroupArn)}${before.length === 0 ? "" : `#${before.length + 1}`}`;
    return [{ id, params: { targetGroupArn, targets: shortly(left, facts.targets.length) } }];
  });
  return [...again, ...added].map(({ id, params }) => {
    const arn = params["targetGroupArn"];
    const waits = typeof arn === "string" && holds.has(arn) ? [`hold:${short(arn)}`] : [];
    const budget = { notBefore: t.start, abandonAt: t.actUntil, after: waits };
    return step(id, "deregister-target", params, budget);
  });
}

/** Plans one step for each container instance to drain. */
export function drain(input: PlanInput): PlannedStep[] {
  const { facts, t, actions, incident } = input;
  if (!actions.drain || incident.subject.type === "task") return [];
  const budget = { notBefore: t.start, abandonAt: t.actUntil };
  if (facts === null) return [step("drain", "set-draining", {}, budget)];
  // ECS itself keeps minimumHealthyPercent of a service; only the task of a service that may go down to zero is held,
  // too.
  const mayFallToNothing = facts.services.some(
    (service) => !service.daemon && Math.ceil((service.desired * service.minimumHealthyPercent) / 100) === 0,
  );
  const holds = mayFallToNothing && held(input).length > 0 ? ["hold:*"] : [];
  return containersToDrain(incident, facts).map(({ id, clusterArn, arn, was }) =>
    step(id, "set-draining", { clusterArn, containerInstanceArn: arn, was }, { ...budget, after: holds }),
  );
}

/** Plans the waits for connections and tasks to end, and to stop tasks that ECS has not stopped in time. */
export function awaitEmpty(input: PlanInput, before: readonly PlannedStep[]): PlannedStep[] {
  const { t, actions } = input;
  const steps: PlannedStep[] = [];
  const deregistered = before.filter((one) => one.responder === "deregister-target");
  if (deregistered.length > 0) {
    const after = [...inShort(deregistered), LOOK_AROUND];
    steps.push(step("await-targets", "await-targets", {}, { after, abandonAt: t.end }));
  }
  for (const drained of before.filter((one) => one.responder === "set-draining")) {
    const params = {
      ...drained.params,
      stop: actions.stopTasks,
      stopBy: t.end,
    };
    const id = drained.id.replace("drain", "drain-tasks");
    steps.push(step(id, "drain-tasks", params, { after: [drained.id], abandonAt: t.actUntil, waitsUntil: t.end }));
  }
  return steps;
}
