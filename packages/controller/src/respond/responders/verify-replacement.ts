import type { AutoScalingGroup } from "../../aws/aws.ts";
import type { Ms } from "../../clock.ts";
import { groupId } from "../../inventory/ids.ts";
import { launchFailure } from "./group-serving.ts";
import { placeOf, textOrNull } from "../place.ts";
import type { Context, Responder } from "../responder.ts";
import type { Step } from "../../record/doc.ts";
import { servingIn } from "../serving.ts";

const POLL: Ms = 15_000;
const EVIDENCE_EVERY = 4;

/**
 * Waits until the group serves as much as it wants again: as many instances InService as it desires, each of them healthy
 * in every target group of the group. Counted over the group, because AWS names no successor of an instance.
 */
export const verifyReplacement: Responder = {
  repeat: "safe",
  nature: "observes",
  title: () => "see a replacement serve",
  async run(step, ctx) {
    const name = textOrNull(step, "group");
    if (name === null) return { is: "skip", reason: "it was in no group" };
    const group = await groupOf(name, ctx);
    if (group === undefined) return { is: "skip", reason: `the group ${name} is gone` };
    const serving = await servingIn(group, textOrNull(step, "instanceId"), ctx);
    if (serving >= group.desired) return { is: "done", receipt: { serving, desired: group.desired } };
    const short = `${serving} of ${group.desired} instances serve`;
    // Once a minute: what keeps a group from launching does not change sooner.
    const evidence =
      step.attempts % EVIDENCE_EVERY === EVIDENCE_EVERY - 1 ? await launchFailure(name, ctx) : said(step);
    return { is: "wait", until: ctx.now + POLL, reason: `${short}${evidence}` };
  },
};

/** The evidence of an earlier look. */
const said = ({ reason }: Step): string => {
  const at = reason?.indexOf("; ") ?? -1;
  return at === -1 ? "" : (reason?.slice(at) ?? "");
};

/** The group from a look of at most half a poll ago. */
async function groupOf(name: string, ctx: Context): Promise<AutoScalingGroup | undefined> {
  const at = placeOf(ctx.doc);
  const id = groupId(at, name);
  const known = ctx.inventory.get("group", id);
  if (known !== undefined && ctx.now - known.observedAt < POLL / 2) return known.value;
  const asked = ctx.clock.now();
  const group = (await ctx.aws.autoScaling.describeGroups(at, [name], { purpose: "poll", deadline: ctx.deadline })).get(
    name,
  );
  if (group !== undefined) ctx.inventory.put("group", id, group, asked);
  return group;
}
