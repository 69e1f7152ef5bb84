import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { Ms } from "../../clock.ts";
import { groupId } from "../../inventory/ids.ts";
import { withRequest } from "../group/fallback.ts";
import { type GroupName, groupKey, newGroup } from "../group/document.ts";
import { evidence, lastFailedLaunch } from "../failed-launch.ts";
import { decideFallback, onDemandOf } from "../decide-fallback.ts";
import { placeOf, textOrNull } from "../step-input.ts";
import type { Context, Responder } from "../responder.ts";
import type { Doc } from "../../model/doc.ts";
import type { Step } from "../../model/step.ts";
import { servingIn, shortOf } from "../serving.ts";

const POLL: Ms = 15_000;
const EVIDENCE_EVERY = 4;

/**
 * Waits until the group serves its desired capacity again: as many instances InService as desired, each healthy in
 * every load balancer of the group. Counted over the whole group, since AWS does not show which instance replaces
 * which.
 */
export const verifyReplacement: Responder = {
  repeat: "safe",
  nature: "observes",
  phrase: "wait until a replacement serves",
  isShown: true,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: () => "wait until a replacement serves",
  async run(step, ctx) {
    const name = textOrNull(step, "group");
    if (name === null) return { is: "skip", reason: "it was in no group" };
    const group = await groupOf(name, ctx);
    if (group === undefined) return { is: "skip", reason: `the group ${name} is gone` };
    const instanceId = textOrNull(step, "instanceId");
    const serving = await servingIn(group, instanceId === null ? [] : [instanceId], ctx);
    if (serving >= group.desired) {
      const record = onDemandOf(step.params) === null ? null : await recordOf(name, ctx);
      const note = record?.body.fallback === null || record === null ? {} : { note: "On-Demand for a time" };
      return { is: "done", receipt: { serving, desired: group.desired }, ...note };
    }
    const wait = { is: "wait", until: ctx.now + POLL } as const;
    const short = shortOf(group, serving, group.desired);
    // Once a minute is enough: failed launches change slowly.
    if (step.attempts % EVIDENCE_EVERY !== 1) return { ...wait, reason: `${short}${said(step)}` };
    const failed = await lastFailedLaunch(name, ctx);
    if (onDemandOf(step.params) === null) return { ...wait, reason: `${short}${evidence(failed)}` };
    // The request goes into the group's document, the only author of writes to its capacity.
    const record = (await recordOf(name, ctx)) ?? newGroup(nameOf(name, ctx));
    const fallback = decideFallback(group, failed, step.params, record.body.fallback);
    const reason = `${short}${evidence(failed)}${fallback.said}`;
    if (fallback.wish === null) return { ...wait, reason };
    const wished = { ...record, wakeAt: ctx.now, body: withRequest(record.body, fallback.wish) };
    return { ...wait, reason, also: { writes: [wished] } };
  },
};

const nameOf = (name: string, ctx: Context): GroupName => ({ ...placeOf(ctx.doc), name });

const recordOf = (name: string, ctx: Context): Promise<Doc<"group"> | null> =>
  ctx.ledger.load(groupKey(nameOf(name, ctx)), "group");

/** Returns the part of the last reason after "; ": the evidence of an earlier read. */
const said = ({ reason }: Step): string => {
  const at = reason?.indexOf("; ") ?? -1;
  return at === -1 ? "" : (reason?.slice(at) ?? "");
};

/** Returns the group; at most half a poll interval old. */
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
