import { createHash } from "node:crypto";
import type { Ms } from "../../clock.ts";
import type { Step } from "../../model/step.ts";
import { placeOf, shown, text } from "../step-input.ts";
import type { Context, Responder } from "../responder.ts";
import { refused, runningOn, shouldServe, STOPPED } from "../should-serve.ts";
import { takeAway } from "../write.ts";

/**
 * Deregisters a Cloud Map instance. It was listed when planned, so the effect is ours, unless AWS does not find it at
 * the first attempt.
 * https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html
 */
export const deregisterDiscovery: Responder = takeAway(
  {
    title: (step) => `deregister ${shown(step, "instanceId")} from the Cloud Map service ${shown(step, "serviceId")}`,
    phrase: "deregister from Cloud Map",
    undoneBy: "register-discovery",
  },
  () => "yes",
  (step, { aws }, at, ask) => aws.cloudMap.deregister(at, text(step, "serviceId"), text(step, "instanceId"), ask),
);

/** Pause before the result is verified: an operation of Cloud Map takes seconds, and can fail. */
const LOOK_AFTER: Ms = 5_000;

/**
 * Undoes deregister-discovery with the old attributes, if the instance should serve and is not registered again
 * already.
 */
export const registerDiscovery: Responder = {
  repeat: "safe",
  nature: "acts",
  phrase: "register with Cloud Map again",
  isShown: true,
  empties: null,
  undoneBy: null,
  byHand: true,
  withoutLedger: true,
  title: (step) => `register ${shown(step, "instanceId")} again with the Cloud Map service ${shown(step, "serviceId")}`,
  async run(step, ctx) {
    const [at, service, id] = [placeOf(ctx.doc), text(step, "serviceId"), text(step, "instanceId")];
    const right = await shouldServe(ctx);
    if (right.is === "wrong") return { is: "skip", reason: right.reason };
    // ECS registers its tasks under their own ids.
    if (attributesOf(step)["ECS_SERVICE_NAME"] !== undefined && ctx.facts().containerInstances.length > 0) {
      const tasks = await runningOn(ctx);
      if (!tasks.some(({ arn }) => arn.endsWith(`/${id}`))) return { is: "skip", reason: STOPPED };
    }
    const asked = step.receipt;
    const poll = { purpose: "poll", deadline: ctx.deadline } as const;
    const listed = await ctx.aws.cloudMap.instances(at, service, poll).catch(refused);
    if (listed?.some((one) => one.id === id) === true) {
      if (asked === null) return { is: "skip", reason: "it is registered again already" };
      return { is: "done", receipt: asked };
    }
    const act = { purpose: "act", deadline: ctx.deadline } as const;
    const creator = creatorOf(step, ctx);
    const { requestId, at: sentAt } = await ctx.aws.cloudMap.register(
      at,
      service,
      id,
      attributesOf(step),
      creator,
      act,
    );
    const receipt = { requestId, at: sentAt, already: false };
    // The result cannot be verified.
    if (listed === null) return { is: "done", receipt };
    return { is: "wait", until: ctx.clock.now() + LOOK_AFTER, reason: "Cloud Map works on it", receipt };
  },
};

/** Makes an id for each attempt: Cloud Map treats a request with a known id as a repetition. */
const creatorOf = (step: Step, { doc }: Context): string =>
  createHash("sha256").update(`${doc.key}/${step.id}/${step.attempts}`).digest("hex").slice(0, 32);

function attributesOf(step: Step): Record<string, string> {
  const { attributes } = step.params;
  if (attributes === null || typeof attributes !== "object" || Array.isArray(attributes)) return {};
  return Object.fromEntries(
    Object.entries(attributes).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}
