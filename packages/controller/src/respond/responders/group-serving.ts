import { groupId } from "../../inventory/ids.ts";
import { placeOf, text, texts } from "../place.ts";
import type { Context, Responder } from "../responder.ts";
import { servingIn } from "../serving.ts";

const POLL = 5_000;
/** A launch that failed is told with AWS's own words; the group tries again by itself. */
const LOOK_BACK = 900_000;
/** Those who ask within one such time ask the same, so that a storm's incidents of a group share a call. */
const SAME = 60_000;

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
    // Raised, the doomed are counted in what is desired until they are retired.
    const still = group.instances.filter((one) => doomed.includes(one.id)).length;
    const wanted = group.desired - still;
    if (serving >= wanted) return { is: "done", receipt: { serving, wanted } };
    const evidence = await launchFailure(name, ctx);
    return { is: "wait", until: ctx.now + POLL, reason: `${serving} of ${wanted} serve${evidence}` };
  },
};

/** What AWS says of the group's last launch that failed, to be read after a reason; empty where none did. */
export async function launchFailure(name: string, ctx: Context): Promise<string> {
  const ask = { purpose: "poll", deadline: ctx.deadline } as const;
  const since = Math.floor((ctx.now - LOOK_BACK) / SAME) * SAME;
  const activities = await ctx.aws.autoScaling.activities(placeOf(ctx.doc), name, since, ask);
  const failed = activities.find((one) => one.status === "Failed");
  return failed === undefined ? "" : `; a launch failed: ${failed.statusMessage ?? failed.description ?? failed.id}`;
}
