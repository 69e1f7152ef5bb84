import type { Ms } from "../../clock.ts";
import { isFirstAttempt, type EffectOrigin } from "../effect-origin.ts";
import { placeOf, shown, text } from "../step-input.ts";
import type { Context, Responder } from "../responder.ts";
import { refused, shouldServe } from "../should-serve.ts";
import { doneBy, takeAway } from "../write.ts";
import type { Step } from "../../model/step.ts";

/**
 * Time limit of the read before deregistering. Only this read shows whether the instance is registered, since AWS's
 * answer to the write is always the same.
 */
const LOOK_WITHIN: Ms = 250;

async function registered(step: Step, ctx: Context): Promise<EffectOrigin["ours"]> {
  if (!isFirstAttempt(step, ctx)) return "unknown";
  const ask = { purpose: "poll", deadline: Math.min(ctx.deadline, ctx.now + LOOK_WITHIN) } as const;
  const states = await ctx.aws.classicElb
    .instances(placeOf(ctx.doc), text(step, "loadBalancer"), ask)
    .catch(() => null);
  if (states === null) return "unknown";
  return isServing(states.get(text(step, "instanceId"))) ? "yes" : "no";
}

const isServing = (state: string | undefined): boolean => state !== undefined && state !== "Deregistering";

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeregisterInstancesFromLoadBalancer.html */
export const deregisterClassic: Responder = takeAway(
  {
    title: (step) =>
      `deregister ${shown(step, "instanceId")} from the Classic load balancer ${shown(step, "loadBalancer")}`,
    phrase: "deregister from Classic Load Balancers",
    undoneBy: "register-classic",
  },
  registered,
  (step, { aws }, at, ask) => aws.classicElb.deregister(at, text(step, "loadBalancer"), text(step, "instanceId"), ask),
);

/** Undoes deregister-classic, if the instance should serve and is not registered again already. */
export const registerClassic: Responder = {
  repeat: "safe",
  nature: "acts",
  phrase: "register with Classic Load Balancers again",
  isShown: true,
  empties: null,
  undoneBy: null,
  byHand: true,
  withoutLedger: true,
  title: (step) =>
    `register ${shown(step, "instanceId")} again with the Classic load balancer ${shown(step, "loadBalancer")}`,
  async run(step, ctx) {
    const [at, balancer, id] = [placeOf(ctx.doc), text(step, "loadBalancer"), text(step, "instanceId")];
    const right = await shouldServe(ctx);
    if (right.is === "wrong") return { is: "skip", reason: right.reason };
    const poll = { purpose: "poll", deadline: ctx.deadline } as const;
    const states = await ctx.aws.classicElb.instances(at, balancer, poll).catch(refused);
    if (isServing(states?.get(id))) return { is: "skip", reason: "it is registered again already" };
    return doneBy(await ctx.aws.classicElb.register(at, balancer, id, { purpose: "act", deadline: ctx.deadline }));
  },
};
