import { groupId } from "../../inventory/ids.ts";
import { evidence, lastFailedLaunch } from "../failed-launch.ts";
import { fallBack } from "../fall-back.ts";
import { isCapacity } from "../group/member.ts";
import { placeOf, text, texts } from "../place.ts";
import type { Responder } from "../responder.ts";
import { servingIn } from "../serving.ts";

const POLL = 5_000;

/** Waits until, without the doomed, the group serves what it desires. Launch failures are the evidence in its reason. */
export const groupServing: Responder = {
  repeat: "safe",
  nature: "observes",
  title: () => "see the replacements serve",
  async run(step, ctx) {
    const at = placeOf(ctx.doc);
    const name = text(step, "group");
    const ask = { purpose: "poll", deadline: ctx.deadline } as const;
    const asked = ctx.clock.now();
    const group = (await ctx.aws.autoScaling.describeGroups(at, [name], ask)).get(name);
    if (group === undefined) return { is: "skip", reason: `there is no group ${name}` };
    ctx.inventory.put("group", groupId(at, name), group, asked);
    const doomed = texts(step, "except");
    const others = { ...group, instances: group.instances.filter((one) => !doomed.includes(one.id)) };
    const serving = await servingIn(others, null, ctx);
    // Raised, the doomed are counted in what is desired until they are retired; detached, they are not, though still listed.
    const still = group.instances.filter((one) => doomed.includes(one.id) && isCapacity(one.state)).length;
    const wanted = group.desired - still;
    if (serving >= wanted) return { is: "done", receipt: { serving, wanted } };
    const failed = await lastFailedLaunch(name, ctx);
    const fallback = ctx.doc.kind === "group" ? ctx.doc.body.fallback : null;
    const { wish, said } = fallBack(group, failed, step.params, fallback);
    return {
      is: "wait",
      until: ctx.now + POLL,
      reason: `${serving} of ${wanted} serve${evidence(failed)}${said}`,
      receipt: wish === null ? null : { wish: { ...wish } },
    };
  },
};
