import type { Ask, Place, Receipt } from "../../aws/ask.ts";
import type { Target } from "../../aws/calls/elb.ts";
import type { Step } from "../../model/step.ts";
import { knownBefore, type EffectOrigin } from "../effect-origin.ts";
import { numberOrNull, placeOf, shown, text } from "../step-input.ts";
import type { Context, Responder } from "../responder.ts";
import { refused, runningOn, shouldServe, STOPPED } from "../should-serve.ts";
import { doneBy, takeAway } from "../write.ts";

const targetIn = (step: Step): Target => ({ id: text(step, "id"), port: numberOrNull(step, "port") });

type Listed = Target & { readonly status: string };

const find = (listed: readonly Listed[], { id, port }: Target): Listed | undefined =>
  listed.find((one) => one.id === id && (port === null || one.port === port));

/** https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_TargetSummary.html */
function registered(step: Step, ctx: Context): EffectOrigin["ours"] {
  const known = knownBefore("lattice", text(step, "targetGroup"), step, ctx);
  const target = known === undefined ? undefined : find(known.value, targetIn(step));
  if (target === undefined) return "unknown";
  return target.status === "DRAINING" ? "no" : "yes";
}

/** https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_DeregisterTargets.html */
export const deregisterLattice: Responder = takeAway(
  {
    title: (step) => `deregister ${shown(step, "id")} from the VPC Lattice target group ${shown(step, "targetGroup")}`,
    phrase: "deregister from VPC Lattice",
    undoneBy: "register-lattice",
  },
  registered,
  deregister,
);

/**
 * Deregisters a target. If its port was not known when the step was planned, AWS takes the port of the target group, and
 * does not find a target with another port: then the list of targets is read, and those of this id are deregistered.
 */
async function deregister(step: Step, { aws }: Context, at: Place, ask: Ask): Promise<Receipt> {
  const [group, target] = [text(step, "targetGroup"), targetIn(step)];
  const first = await aws.lattice.deregister(at, group, target, ask);
  if (!first.already || target.port !== null) return first;
  const listed = await aws.lattice.targets(at, group, { ...ask, purpose: "poll" });
  const left = listed.filter(({ id, status }) => id === target.id && status !== "DRAINING");
  const receipts = await Promise.all(left.map(({ id, port }) => aws.lattice.deregister(at, group, { id, port }, ask)));
  return receipts.find(({ already }) => !already) ?? first;
}

/** Undoes deregister-lattice, if the target should serve and is not registered again already. */
export const registerLattice: Responder = {
  repeat: "safe",
  nature: "acts",
  phrase: "register with VPC Lattice again",
  isShown: true,
  empties: null,
  undoneBy: null,
  byHand: true,
  withoutLedger: true,
  title: (step) =>
    `register ${shown(step, "id")} again with the VPC Lattice target group ${shown(step, "targetGroup")}`,
  async run(step, ctx) {
    const [at, group, target] = [placeOf(ctx.doc), text(step, "targetGroup"), targetIn(step)];
    const right = await shouldServe(ctx);
    if (right.is === "wrong") return { is: "skip", reason: right.reason };
    if (!target.id.startsWith("i-") && ctx.facts().containerInstances.length > 0) {
      const tasks = await runningOn(ctx);
      if (!tasks.some((task) => task.privateAddresses.includes(target.id))) return { is: "skip", reason: STOPPED };
    }
    const listed = await ctx.aws.lattice.targets(at, group, { purpose: "poll", deadline: ctx.deadline }).catch(refused);
    const found = listed === null ? undefined : find(listed, target);
    if (found !== undefined && found.status !== "DRAINING")
      return { is: "skip", reason: "it is registered again already" };
    const place = { id: target.id, port: target.port ?? found?.port ?? null };
    return doneBy(await ctx.aws.lattice.register(at, group, place, { purpose: "act", deadline: ctx.deadline }));
  },
};
