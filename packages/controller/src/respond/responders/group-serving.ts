import { groupId } from "../../inventory/ids.ts";
import { evidence, lastFailedLaunch } from "../failed-launch.ts";
import { decideFallback } from "../decide-fallback.ts";
import { placeOf, text, texts } from "../step-input.ts";
import type { Responder } from "../responder.ts";
import { servingIn, shortOf } from "../serving.ts";
import { owed, replacedBefore } from "../group/capacity.ts";

const POLL = 5_000;

/**
 * Waits until the group serves its desired capacity without the doomed instances. Launch failures are in its reason.
 */
export const groupServing: Responder = {
  repeat: "safe",
  nature: "observes",
  phrase: "wait until the new instances serve",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: () => "see the replacements serve",
  async run(step, ctx) {
    const at = placeOf(ctx.doc);
    const name = text(step, "group");
    const ask = { purpose: "poll", deadline: ctx.deadline } as const;
    const asked = ctx.clock.now();
    const group = (await ctx.aws.autoScaling.describeGroups(at, [name], ask)).get(name);
    if (group === undefined) return { is: "skip", reason: `there is no group ${name}` };
    ctx.inventory.put("group", groupId(at, name), group, asked);
    const body = ctx.doc.kind === "group" ? ctx.doc.body : null;
    const doomed = [...texts(step, "except"), ...(body === null ? [] : replacedBefore(body, step.id))];
    const serving = await servingIn(group, doomed, ctx);
    // The raise lasts as long as the doomed instances; a detached instance is not in the desired capacity.
    const wanted = group.desired - (body === null ? 0 : owed(body));
    if (serving >= wanted) return { is: "done", receipt: { serving, wanted } };
    const failed = await lastFailedLaunch(name, ctx);
    const { wish, said } = decideFallback(group, failed, step.params, body?.fallback ?? null);
    return {
      is: "wait",
      until: ctx.now + POLL,
      reason: `${shortOf(group, serving, wanted)}${evidence(failed)}${said}`,
      receipt: wish === null ? null : { wish: { ...wish } },
    };
  },
};
