import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { Receipt } from "../../aws/ask.ts";
import type { Target, TargetHealth } from "../../aws/calls/elb.ts";
import type { Ms } from "../../clock.ts";
import { byTargetId } from "../../enrich/targets-by-id.ts";
import { targetGroupsOf } from "../../inventory/target-groups.ts";
import type { Facts } from "../../enrich/facts.ts";
import { nameOf, registrationsIn } from "../../decide/registrations.ts";
import { plural } from "../../notify/message/count.ts";
import type { Step } from "../../model/step.ts";
import { delayOf, endsAtOnce } from "../gone-early.ts";
import { healthOf } from "../health.ts";
import { isFirstAttempt, knownBefore, openedAt, type EffectOrigin } from "../effect-origin.ts";
import { placeOf, shown, text, texts } from "../step-input.ts";
import type { Context, Responder } from "../responder.ts";
import { refused, runningOn, shouldServe, STOPPED } from "../should-serve.ts";
import { doneBy } from "../write.ts";

const described = (step: Step): string => {
  const targets = registrationsIn(step.params, []);
  if (targets.length === 0) return "its targets";
  const [only] = targets;
  return targets.length === 1 && only !== undefined ? only.id : plural(targets.length, "target");
};
const groupIn = (step: Step): string => shown(step, "targetGroupArn").split(":").at(-1) ?? "";

/**
 * Makes one call per target, which the lane merges. A failure does not delay the others; then all are retried, which is
 * safe.
 */
async function each(targets: readonly Target[], call: (target: Target) => Promise<Receipt>): Promise<Receipt | null> {
  const results = await Promise.allSettled(targets.map(call));
  const receipts = results.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
  const [last] = receipts.toSorted((a, b) => b.at - a.at);
  return last === undefined ? null : { ...last, already: receipts.every((one) => one.already) };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html */
export const deregisterTarget: Responder = {
  repeat: "safe",
  nature: "acts",
  phrase: "deregister from target groups",
  isShown: true,
  empties: "takes off",
  undoneBy: "register-target",
  byHand: true,
  withoutLedger: true,
  title: (step) => `deregister ${described(step)} from ${groupIn(step)}`,
  async run(step, ctx) {
    const arn = text(step, "targetGroupArn");
    const targets = registrationsIn(step.params, ctx.facts().targets);
    const was = (await atOnce(step, arn, targets, ctx)) ?? before(step, arn, targets, ctx);
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const receipt = await each(targets, (target) => ctx.aws.elb.deregister(placeOf(ctx.doc), arn, target, ask));
    if (receipt === null) return { is: "skip", reason: "it has no targets" };
    const ours = receipt.already && isFirstAttempt(step, ctx) ? "no" : was.ours;
    return doneBy(receipt, {
      ours,
      ...(was.theirs.length === 0 ? {} : { theirs: was.theirs }),
      ...(was.idle ? { idle: true } : {}),
      ...(was.served === null ? {} : { served: was.served }),
    });
  },
};

interface Before {
  readonly ours: EffectOrigin["ours"];
  readonly theirs: string[];
  readonly idle: boolean;
  /** When all targets were last registered and not draining; null means not known. */
  readonly served: Ms | null;
}

/**
 * Determines whose effect it is from the last health list before ours, since AWS's answer to the write is always the
 * same. A target that is missing in the list may have been registered since; the time when it disappears shows more
 * (`gone-early.ts`).
 */
function before(step: Step, arn: string, targets: readonly Target[], ctx: Context): Before {
  const known = knownBefore("health", arn, step, ctx);
  if (known === undefined) return { ours: "unknown", theirs: [], idle: false, served: null };
  const drained = known.observedAt + delayOf(arn, ctx) < openedAt(ctx.doc);
  const seen = targets.map((target) => ({ target, as: listedAs(target, known.value) }));
  const theirs = drained ? [] : seen.filter(({ as }) => as?.state === "draining").map(({ target }) => nameOf(target));
  return {
    ours: theirs.length === targets.length ? "no" : seen.some(({ as }) => as === undefined) ? "unknown" : "yes",
    theirs,
    idle: seen.some(({ as }) => as?.state === "unused"),
    served: seen.every(({ as }) => as !== undefined && as.state !== "draining") ? known.observedAt : null,
  };
}

/** Time limit of a read before deregistering. */
const LOOK_WITHIN: Ms = 250;

/**
 * Determines who caused the effect if a target is gone too soon for `gone-early.ts`: reads the health first; targets that are not
 * registered then were deregistered by someone else. Returns null if the read is not needed, or fails.
 */
async function atOnce(step: Step, arn: string, targets: readonly Target[], ctx: Context): Promise<Before | null> {
  if (!endsAtOnce(arn, ctx) || !isFirstAttempt(step, ctx)) return null;
  const deadline = Math.min(ctx.deadline, ctx.clock.now() + LOOK_WITHIN);
  const health = await healthOf(arn, { ...ctx, deadline }).catch(() => null);
  if (health === null) return null;
  const seen = targets.map((target) => ({ target, as: listedAs(target, health) }));
  const theirs = seen.filter(({ as }) => !isServing(as)).map(({ target }) => nameOf(target));
  return {
    ours: theirs.length === targets.length ? "no" : "yes",
    theirs,
    idle: seen.some(({ as }) => as?.state === "unused"),
    served: theirs.length === 0 ? ctx.clock.now() : null,
  };
}

const listedAs = ({ id, port }: Target, health: readonly TargetHealth[]): TargetHealth | undefined =>
  byTargetId(health)
    .get(id)
    ?.find((one) => port === null || one.port === port);

/**
 * Undoes deregister-target for targets that were ours, should serve, and are not registered again already; but not for
 * targets of stopped tasks, since ECS registers their replacements.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
 */
export const registerTarget: Responder = {
  repeat: "safe",
  nature: "acts",
  phrase: "register with target groups again",
  isShown: true,
  empties: null,
  undoneBy: null,
  byHand: true,
  withoutLedger: true,
  title: (step) => `register ${described(step)} again with ${groupIn(step)}`,
  async run(step, ctx) {
    const arn = text(step, "targetGroupArn");
    const right = await shouldServe(ctx);
    if (right.is === "wrong") return { is: "skip", reason: right.reason };
    const theirs = new Set(texts(step, "theirs"));
    const ours = registrationsIn(step.params, ctx.facts().targets).filter((target) => !theirs.has(nameOf(target)));
    if (ours.length === 0) return { is: "skip", reason: "somebody else had taken it out before" };
    const wanted = await stillServed(ours, arn, right.group, step, ctx);
    if (typeof wanted === "string") return { is: "skip", reason: wanted };
    const at = placeOf(ctx.doc);
    const health = await ctx.aws.elb.targetHealth(at, arn, { purpose: "poll", deadline: ctx.deadline }).catch(refused);
    const targets = wanted.filter((target) => !isServing(listedAs(target, health ?? [])));
    if (targets.length === 0) return { is: "skip", reason: "it is registered again already" };
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const receipt = await each(targets, (target) => ctx.aws.elb.register(at, arn, target, ask));
    return receipt === null ? { is: "skip", reason: "it has no targets" } : doneBy(receipt);
  },
};

const isServing = (seen: TargetHealth | undefined): boolean => seen !== undefined && seen.state !== "draining";

/**
 * Selects the targets to register again. In target groups of the Auto Scaling group: all. In target groups of services:
 * those with a running task, by its address or a port of the instance; if ECS does not return the ports, all or (if a
 * task of the service was stopped) none. In other target groups (registered by hand): only if they were certainly ours.
 *
 * @returns a reason (text) if none is selected
 */
async function stillServed(
  targets: readonly Target[],
  arn: string,
  group: AutoScalingGroup | null,
  step: Step,
  ctx: Context,
): Promise<readonly Target[] | string> {
  const facts = ctx.facts();
  if (group !== null && targetGroupsOf(group).includes(arn)) return targets;
  const behind = namesBehind(arn, facts);
  if (facts.containerInstances.length === 0 || behind.size === 0)
    return step.params["unsure"] === true ? "nobody can tell whether it was registered" : targets;
  const tasks = await runningOn(ctx);
  const addresses = new Set(tasks.flatMap((task) => task.privateAddresses));
  const running = tasks.filter((task) => task.group !== null && behind.has(task.group));
  const ports = new Set(running.flatMap(({ hostPorts }) => hostPorts ?? []));
  const tellsPorts = running.every(({ hostPorts = [] }) => hostPorts.length > 0);
  const served = targets.filter(({ id, port }) => {
    if (!id.startsWith("i-")) return addresses.has(id);
    return tellsPorts && port !== null ? ports.has(port) : running.length >= targets.length;
  });
  return served.length === 0 ? STOPPED : served;
}

/** Returns the ECS task groups (`service:<name>`) of the services that use a target group. */
const namesBehind = (arn: string, { services }: Facts): ReadonlySet<string> =>
  new Set(
    services
      .filter((service) => service.targets.some((one) => one.targetGroupArn === arn))
      .map((service) => `service:${service.name}`),
  );
