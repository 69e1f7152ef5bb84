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
import { type Ground, inShort, step } from "./stage.ts";
import { LOOK_AROUND } from "./stages.ts";
import { COMPLETE_WITHIN } from "./timing.ts";

/** ECS completes this one itself (docs/aws-facts.md, 15). */
const ECS_HOOK = "ecs-managed-draining-termination-hook";
/** The longest that a hook holds an instance: https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html */
const LONGEST_HOLD: Ms = 48 * 3_600_000;
/** A wait ends by itself at its instant; this is for a worker that comes a little late. */
const LET_GO_WITHIN: Ms = 3_000;

/** Whether a pending lifecycle action is for us to answer. */
function isOurs(action: LifecycleAction, actions: Actions): boolean {
  if (action.hook === ECS_HOOK) return false;
  return action.direct || actions.hooks.some((pattern) => wildcard(pattern).test(action.hook));
}

interface Ours {
  readonly action: PendingAction;
  /** Tells actions of one hook and transition apart: a hook can ask twice in one incident (to the warm pool, then out of it). */
  readonly nth: string;
}

function oursOf({ incident, actions }: Ground): Ours[] {
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

/** Steps that see work on the instance end. */
const SEES_WORK: ReadonlySet<string> = new Set(["await-targets", "drain-tasks", "await-command"]);

/**
 * Holds each terminating hook of ours until the work on the instance is over, where no other step sees that:
 *
 *     an agent was heard from it         until the agents say that their work is over, or the hook can hold no longer
 *     ECS tasks, targets, a command      no longer than for these
 *     nothing is known of its work       as long as the policy says (`holdHooks`)
 *
 * @param before the steps that empty the instance
 */
export function awaitWork(ground: Ground, before: readonly PlannedStep[]): PlannedStep[] {
  return oursOf(ground).flatMap((ours) => {
    if (ours.action.transition === "launching") return [];
    const latest = latestOf(ground, ours.action);
    if (latest <= ours.action.heardAt) return [];
    const short = Math.min(ours.action.heardAt + ground.actions.holdHooks, latest);
    const hold = (until: Ms, abandonAt: Ms, more: Params): PlannedStep[] => [
      step(holdId(ours), "await-work", { until, ...more }, { abandonAt }),
    ];
    switch (workOf(ground, ours.action)) {
      case "goes on":
        return hold(latest, latest, { for: "agent" });
      case "perhaps over":
        // Known late, its instant may be over already, and it is no less done then.
        return hold(short, latest, { for: "agent" });
      case "over":
        return hold(latest, latest, { for: "agent", over: "the agent on the instance says that its work is over" });
      case "not known":
        if (ground.actions.holdHooks === 0 || seesWork(ground, before)) return [];
        return hold(short, short + LET_GO_WITHIN, { for: "unknown work" });
    }
  });
}

/** In `explain` nobody knows what is on the instance, so that nothing is seen of its work. */
function seesWork({ facts, incident }: Ground, before: readonly PlannedStep[]): boolean {
  if (facts === null) return false;
  const had = incident.steps.filter((one: Step) => one.state !== "skipped");
  return [...before, ...had].some(({ responder }) => SEES_WORK.has(responder));
}

/**
 * What the agents on the instance say of its work. One that only watches has not seen the end yet, and will:
 *
 *     watching, and none has told of the end        its work goes on
 *     draining, whoever else is done                its work goes on
 *     done, but another was heard before            perhaps over: the other may be late, or gone since a crash
 *     done, all of them                             over
 *
 * Agents drain for no return to a warm pool, so that it says nothing there that one watches.
 */
function workOf(
  { facts, incident }: Ground,
  action: LifecycleAction,
): "goes on" | "perhaps over" | "over" | "not known" {
  const agents = mergeAgents(facts?.agents ?? {}, incident.agents);
  const states = Object.values(agents).map(([, state]) => state);
  // One that was done before this incident has gone.
  const told = Object.keys(incident.agents).map((agent) => agents[agent]?.[1] ?? "watching");
  const isWatched = action.destination !== "WarmPool" && states.includes("watching");
  if (states.includes("draining") || (isWatched && told.every((state) => state === "watching"))) return "goes on";
  if (!told.includes("done")) return "not known";
  return isWatched ? "perhaps over" : "over";
}

/**
 * Until when a hook can be held, and answered with CONTINUE before its time-out gives its default answer: its global
 * time-out or, without heartbeats, its heartbeat time-out; and never beyond the deadline of the instance itself.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LifecycleHook.html
 */
function latestOf({ facts, actions, incident, t }: Ground, { hook, since }: PendingAction): Ms {
  const known = facts?.hooks.find((one) => one.name === hook);
  const beats = known?.heartbeatTimeout ?? LONGEST_HOLD;
  const longest = actions.heartbeats ? (known?.globalTimeout ?? 100 * beats) : beats;
  const latest = since + Math.min(longest, LONGEST_HOLD) - actions.margin;
  return incident.deadline === null ? latest : Math.min(latest, t.end);
}

/** When the last of the holds is over: as it went, or at the latest. */
export function heldUntil({ incident }: Ground, holds: readonly PlannedStep[]): Ms {
  return Math.max(
    0,
    ...holds.map(({ id, abandonAt }) => incident.steps.find((one) => one.id === id)?.settledAt ?? abandonAt),
  );
}

/** @param before the steps that empty the instance, and that wait until it is empty */
export function complete(ground: Ground, before: readonly PlannedStep[]): PlannedStep[] {
  const { incident, actions, t } = ground;
  // Before the look-up has answered nobody knows what there is to wait for (and whose it is).
  const shared = [ALL_LOOK_UPS, LOOK_AROUND, ...inShort(before.filter((one) => WAITS.has(one.responder)))];
  return oursOf(ground).flatMap((ours) => {
    const { action, nth } = ours;
    const { group, hook, token, transition, since, heardAt } = action;
    const timeout = timeoutOf(ground, hook);
    const hold = before.find(({ id }) => id === holdId(ours));
    const waits = hold === undefined ? shared : [...shared, hold.id];
    const held = hold === undefined ? heardAt : heldUntil(ground, [hold]);
    const params = { group, hook, token, instanceId: incident.subject.id, heartbeatTimeout: timeout };
    const budget = { after: waits, abandonAt: Math.max(t.completeUntil, held + COMPLETE_WITHIN) };
    const done = step(`complete:${hook}:${transition}${nth}`, "complete-lifecycle", params, budget);
    if (!actions.heartbeats || transition === "launching") return [done];
    // Ends by itself once the waits are settled; `until` names them.
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

const timeoutOf = ({ facts }: Ground, hook: string): Ms | null =>
  facts?.hooks.find((one) => one.name === hook)?.heartbeatTimeout ?? null;
