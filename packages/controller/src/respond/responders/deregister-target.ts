import type { Receipt, Target } from "../../aws/aws.ts";
import { targetGroupsOf } from "../../enrich/targets.ts";
import type { Facts } from "../../enrich/facts.ts";
import { registrationsIn } from "../../decide/registrations.ts";
import { plural } from "../../notify/count.ts";
import type { Step } from "../../record/doc.ts";
import { placeOf, shown, text } from "../place.ts";
import type { Context, Responder, Result } from "../responder.ts";
import { doneBy } from "../write.ts";

const described = (step: Step): string => {
  const targets = registrationsIn(step.params, []);
  if (targets.length === 0) return "its targets";
  const [only] = targets;
  return targets.length === 1 && only !== undefined ? only.id : plural(targets.length, "target");
};
const groupIn = (step: Step): string => shown(step, "targetGroupArn").split(":").at(-1) ?? "";

/** One call each, which the lane merges; one that fails delays no other, and then all are tried again, which is safe. */
async function each(targets: readonly Target[], call: (target: Target) => Promise<Receipt>): Promise<Result> {
  const told = await Promise.allSettled(targets.map(call));
  const receipts = told.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
  const [last] = receipts.toSorted((a, b) => b.at - a.at);
  if (last === undefined) return { is: "skip", reason: "it has no targets" };
  return doneBy({ ...last, already: receipts.every((one) => one.already) });
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html */
export const deregisterTarget: Responder = {
  repeat: "safe",
  nature: "acts",
  title: (step) => `deregister ${described(step)} from ${groupIn(step)}`,
  run: (step, ctx) =>
    each(registrationsIn(step.params, ctx.facts().targets), (target) =>
      ctx.aws.elb.deregister(placeOf(ctx.doc), text(step, "targetGroupArn"), target, {
        purpose: "act",
        deadline: ctx.deadline,
      }),
    ),
};

/**
 * Undoes it, but for what stood for a task that has been told to stop: ECS registers the one in its place.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
 */
export const registerTarget: Responder = {
  repeat: "safe",
  nature: "acts",
  title: (step) => `register ${described(step)} again with ${groupIn(step)}`,
  async run(step, ctx) {
    const arn = text(step, "targetGroupArn");
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const targets = await stillServed(registrationsIn(step.params, ctx.facts().targets), arn, ctx);
    if (targets.length === 0)
      return { is: "skip", reason: "its tasks have been stopped; ECS registers those in their place" };
    return each(targets, (target) => ctx.aws.elb.register(placeOf(ctx.doc), arn, target, ask));
  },
};

/**
 * Of a group's own target groups all; else those behind which a task still runs. Where the instance is the target under
 * its tasks' ports, nothing tells which port is whose: then all, if no task of the service was stopped, or none.
 */
async function stillServed(targets: readonly Target[], arn: string, ctx: Context): Promise<readonly Target[]> {
  const facts = ctx.facts();
  const hosts = facts.containerInstances;
  if (hosts.length === 0 || (facts.group !== null && targetGroupsOf(facts.group).includes(arn))) return targets;
  const ask = { purpose: "act", deadline: ctx.deadline } as const;
  const hosted = hosts.map((host) => ctx.aws.ecs.tasksOn(placeOf(ctx.doc), host.clusterArn, host.arn, ask));
  const tasks = (await Promise.all(hosted)).flat();
  const addresses = new Set(tasks.flatMap((task) => task.privateAddresses));
  const behind = namesBehind(arn, facts);
  const running = tasks.filter((task) => task.group !== null && behind.has(task.group));
  return targets.filter(({ id }) =>
    id.startsWith("i-") ? running.length >= targets.length : addresses.has(id) || behind.size === 0,
  );
}

/** The groups, as ECS calls it, of the services that register with a target group. */
const namesBehind = (arn: string, { services }: Facts): ReadonlySet<string> =>
  new Set(
    services
      .filter((service) => service.targets.some((one) => one.targetGroupArn === arn))
      .map((service) => `service:${service.name}`),
  );
