import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { Receipt } from "../../aws/ask.ts";
import type { Target, TargetHealth } from "../../aws/calls/elb.ts";
import type { Ms } from "../../clock.ts";
import { byTargetId } from "../../enrich/listed.ts";
import { targetGroupsOf } from "../../inventory/target-groups.ts";
import type { Facts } from "../../enrich/facts.ts";
import { nameOf, registrationsIn } from "../../decide/registrations.ts";
import { plural } from "../../notify/message/count.ts";
import type { Step } from "../../model/step.ts";
import { TOLERANCE } from "../early.ts";
import { healthOf } from "../health.ts";
import { isFirst, knownBefore, openedAt, type Whose } from "../before.ts";
import { placeOf, shown, text, texts } from "../place.ts";
import type { Context, Responder } from "../responder.ts";
import { refused, runningOn, stillRight, STOPPED } from "../still-right.ts";
import { doneBy } from "../write.ts";

const described = (step: Step): string => {
  const targets = registrationsIn(step.params, []);
  if (targets.length === 0) return "its targets";
  const [only] = targets;
  return targets.length === 1 && only !== undefined ? only.id : plural(targets.length, "target");
};
const groupIn = (step: Step): string => shown(step, "targetGroupArn").split(":").at(-1) ?? "";

/** One call each, which the lane merges; one that fails delays no other, and then all are tried again, which is safe. */
async function each(targets: readonly Target[], call: (target: Target) => Promise<Receipt>): Promise<Receipt | null> {
  const told = await Promise.allSettled(targets.map(call));
  const receipts = told.map((one) => {
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
  isTold: true,
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
    const ours = receipt.already && isFirst(step, ctx) ? "no" : was.ours;
    return doneBy(receipt, {
      ours,
      ...(was.theirs.length === 0 ? {} : { theirs: was.theirs }),
      ...(was.idle ? { idle: true } : {}),
      ...(was.served === null ? {} : { served: was.served }),
    });
  },
};

/** Until the attributes of a target group are known: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html */
const DELAY: Ms = 300_000;

interface Before {
  readonly ours: Whose["ours"];
  readonly theirs: string[];
  readonly idle: boolean;
  /** When all of them were last seen to be registered, and none to drain. */
  readonly served: Ms | null;
}

/**
 * Whose they are, by the last look before ours: AWS answers alike for a target that was out. That a list lacks one says
 * nothing, since it may have been registered since; when they are gone tells more (`early.ts`).
 */
function before(step: Step, arn: string, targets: readonly Target[], ctx: Context): Before {
  const known = knownBefore("health", arn, step, ctx);
  if (known === undefined) return { ours: "unknown", theirs: [], idle: false, served: null };
  const delay = ctx.inventory.get("attributes", arn)?.value.deregistrationDelay ?? DELAY;
  const drained = known.observedAt + delay < openedAt(ctx.doc);
  const seen = targets.map((target) => ({ target, as: listedAs(target, known.value) }));
  const theirs = drained ? [] : seen.filter(({ as }) => as?.state === "draining").map(({ target }) => nameOf(target));
  return {
    ours: theirs.length === targets.length ? "no" : seen.some(({ as }) => as === undefined) ? "unknown" : "yes",
    theirs,
    idle: seen.some(({ as }) => as?.state === "unused"),
    served: seen.every(({ as }) => as !== undefined && as.state !== "draining") ? known.observedAt : null,
  };
}

/** Draining waits no longer for a look. */
const LOOK_WITHIN: Ms = 250;

/**
 * Whose they are where the deregistration delay is too short for its end to tell (`early.ts`): they are looked at first,
 * and what is out at that moment somebody else has taken out. Null where there is no need, or no answer.
 */
async function atOnce(step: Step, arn: string, targets: readonly Target[], ctx: Context): Promise<Before | null> {
  const delay = ctx.inventory.get("attributes", arn)?.value.deregistrationDelay ?? DELAY;
  if (delay > TOLERANCE || !isFirst(step, ctx)) return null;
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
 * Undoes it, where it was ours, is still right, and is not done: but for what stood for a task that has been told to stop,
 * since ECS registers the one in its place.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
 */
export const registerTarget: Responder = {
  repeat: "safe",
  nature: "acts",
  phrase: "register with target groups again",
  isTold: true,
  empties: null,
  undoneBy: null,
  byHand: true,
  withoutLedger: true,
  title: (step) => `register ${described(step)} again with ${groupIn(step)}`,
  async run(step, ctx) {
    const arn = text(step, "targetGroupArn");
    const right = await stillRight(ctx);
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
 * Of a group's own target groups all; else those behind which a task still runs: under its address, or under a port of
 * its instance. Where ECS does not tell a task's ports nothing tells which port is whose: then all, if no task of the
 * service was stopped, or none. What neither wants, somebody registered by hand: only what is known to have been ours to
 * take.
 *
 * @returns in words, why none is
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

/** The groups, as ECS calls it, of the services that register with a target group. */
const namesBehind = (arn: string, { services }: Facts): ReadonlySet<string> =>
  new Set(
    services
      .filter((service) => service.targets.some((one) => one.targetGroupArn === arn))
      .map((service) => `service:${service.name}`),
  );
