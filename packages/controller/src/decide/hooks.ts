import type { Ms } from "../clock.ts";
import type { Params } from "../model/plain.ts";
import type { PendingAction } from "../model/incident.ts";
import type { Step } from "../model/step.ts";
import { mergeAgents } from "../signal/agents.ts";
import type { LifecycleAction } from "../model/signal.ts";
import { wildcard } from "../model/matcher.ts";
import { ALL_LOOK_UPS } from "./look-up.ts";
import type { PlannedStep } from "./plan.ts";
import type { Actions } from "./policy.ts";
import { type PlanInput, inShort, step } from "./stage.ts";
import { LOOK_AROUND } from "./stages.ts";
import { COMPLETE_WITHIN } from "./timing.ts";

/** ECS completes this hook itself (docs/aws-facts.md, 15). */
const ECS_HOOK = "ecs-managed-draining-termination-hook";
/**
 * Longest time that a hook holds an instance:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
const LONGEST_HOLD: Ms = 48 * 3_600_000;
/** A wait ends by itself at `until`; this margin is for a worker that is a little late. */
const LET_GO_WITHIN: Ms = 3_000;

/** Whether Spotkeeper answers a pending lifecycle action. */
function isOurs(action: LifecycleAction, actions: Actions): boolean {
  if (action.hook === ECS_HOOK) return false;
  return action.direct || actions.hooks.some((pattern) => wildcard(pattern).test(action.hook));
}

interface Ours {
  readonly action: PendingAction;
  /**
   * Suffix for the second and later actions of one hook and transition in one incident (e.g. to the warm pool, then out
   * of it).
   */
  readonly nth: string;
}

function oursOf({ incident, actions }: PlanInput): Ours[] {
  return incident.lifecycle
    .filter((action) => isOurs(action, actions))
    .filter((action) => action.transition === "terminating" || actions.completeLaunching)
    .map((action, index, all) => {
      const { hook, transition } = action;
      const before = all.slice(0, index).filter((one) => one.hook === hook && one.transition === transition).length;
      return { action, nth: before === 0 ? "" : `#${before + 1}` };
    });
}

const holdId = ({ action, nth }: Ours): string => `await-work:${action.hook}${nth}`;

/** Responders that detect the end of the work on the instance. */
const SEES_WORK: ReadonlySet<string> = new Set(["await-targets", "drain-tasks", "await-command"]);

/**
 * Plans to hold each terminating hook that Spotkeeper answers until the work on the instance is over, if no other step
 * detects that:
 *
 *     the instance has an agent           until the agents report their work as done, or the hook's timeout
 *     ECS tasks, targets, a command      until these are done
 *     nothing is known of its work       for the time of the policy (`holdHooks`)
 *
 * @param before the steps that empty the instance
 */
export function awaitWork(input: PlanInput, before: readonly PlannedStep[]): PlannedStep[] {
  return oursOf(input).flatMap((ours) => {
    if (ours.action.transition === "launching") return [];
    const latest = latestOf(input, ours.action);
    if (latest <= ours.action.heardAt) return [];
    const short = Math.min(ours.action.heardAt + input.actions.holdHooks, latest);
    const hold = (until: Ms, abandonAt: Ms, more: Params): PlannedStep[] => [
      step(holdId(ours), "await-work", { until, ...more }, { abandonAt }),
    ];
    switch (workOf(input, ours.action)) {
      case "goes on":
        return hold(latest, latest, { for: "agent" });
      case "perhaps over":
        // `until` may be in the past if the action was received late; the step is then done at once.
        return hold(short, latest, { for: "agent" });
      case "over":
        return hold(latest, latest, { for: "agent", over: "the agent on the instance says that its work is over" });
      case "not known":
        if (input.actions.holdHooks === 0 || seesWork(input, before)) return [];
        return hold(short, short + LET_GO_WITHIN, { for: "unknown work" });
    }
  });
}

/** Whether another step detects the end of the work. In `explain` nothing is known about the instance. */
function seesWork({ facts, incident }: PlanInput, before: readonly PlannedStep[]): boolean {
  if (facts === null) return false;
  const had = incident.steps.filter((one: Step) => one.state !== "skipped");
  return [...before, ...had].some(({ responder }) => SEES_WORK.has(responder));
}

/**
 * Returns the state of the work by the agents on the instance. A `watching` agent has not received the notice yet, and
 * will:
 *
 *     all are watching                              work goes on
 *     any is draining                               work goes on
 *     done, but another is watching                 perhaps over: the other may be late, or have crashed
 *     all are done                                  over
 *
 * Agents do not drain for a return to a warm pool, so `watching` does not count there.
 */
function workOf(
  { facts, incident }: PlanInput,
  action: LifecycleAction,
): "goes on" | "perhaps over" | "over" | "not known" {
  const agents = mergeAgents(facts?.agents ?? {}, incident.agents);
  const states = Object.values(agents).map(([, state]) => state);
  // States of the agents that sent a message about this incident; one that was done before it has gone.
  const reported = Object.keys(incident.agents).map((agent) => agents[agent]?.[1] ?? "watching");
  const isWatched = action.destination !== "WarmPool" && states.includes("watching");
  if (states.includes("draining") || (isWatched && reported.every((state) => state === "watching"))) return "goes on";
  if (!reported.includes("done")) return "not known";
  return isWatched ? "perhaps over" : "over";
}

/**
 * Returns until when a hook can be held and still be completed with CONTINUE: until its global timeout or, without
 * heartbeats, its heartbeat timeout, but not beyond the deadline of the instance.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LifecycleHook.html
 */
function latestOf({ facts, actions, incident, t }: PlanInput, { hook, since }: PendingAction): Ms {
  const known = facts?.hooks.find((one) => one.name === hook);
  const beats = known?.heartbeatTimeout ?? LONGEST_HOLD;
  const longest = actions.heartbeats ? (known?.globalTimeout ?? 100 * beats) : beats;
  const latest = since + Math.min(longest, LONGEST_HOLD) - actions.margin;
  return incident.deadline === null ? latest : Math.min(latest, t.end);
}

/** Returns when the last hold ends: its actual end, or else its latest. */
export function heldUntil({ incident }: PlanInput, holds: readonly PlannedStep[]): Ms {
  return Math.max(
    0,
    ...holds.map(({ id, abandonAt }) => incident.steps.find((one) => one.id === id)?.settledAt ?? abandonAt),
  );
}

/** @param before the steps that empty the instance, and those that wait for it */
export function complete(input: PlanInput, before: readonly PlannedStep[]): PlannedStep[] {
  const { incident, actions, t } = input;
  // After the look-up too, since before it neither the work nor the owner is known.
  const shared = [ALL_LOOK_UPS, LOOK_AROUND, ...inShort(before.filter((one) => WAITS.has(one.responder)))];
  return oursOf(input).flatMap((ours) => {
    const { action, nth } = ours;
    const { group, hook, token, transition, since, heardAt } = action;
    const timeout = timeoutOf(input, hook);
    const hold = before.find(({ id }) => id === holdId(ours));
    const waits = hold === undefined ? shared : [...shared, hold.id];
    const held = hold === undefined ? heardAt : heldUntil(input, [hold]);
    const params = { group, hook, token, instanceId: incident.subject.id, heartbeatTimeout: timeout };
    const budget = { after: waits, abandonAt: Math.max(t.completeUntil, held + COMPLETE_WITHIN) };
    const done = step(`complete:${hook}:${transition}${nth}`, "complete-lifecycle", params, budget);
    if (!actions.heartbeats || transition === "launching") return [done];
    // The heartbeats end by themselves once the steps in `until` are settled.
    const beating = { ...params, since, until: waits };
    const beat = step(`heartbeat:${hook}${nth}`, "heartbeat", beating, { abandonAt: Math.max(t.actUntil, held) });
    return [beat, { ...done, after: [...waits, beat.id] }];
  });
}

const WAITS: ReadonlySet<string> = new Set([
  "await-targets",
  "drain-tasks",
  "http-drain-hook",
  "ssm-run-command",
  "await-command",
  "hold-last",
]);

const timeoutOf = ({ facts }: PlanInput, hook: string): Ms | null =>
  facts?.hooks.find((one) => one.name === hook)?.heartbeatTimeout ?? null;
