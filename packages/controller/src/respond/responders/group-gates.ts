import { groupId } from "../../inventory/ids.ts";
import type { Plain } from "../../model/plain.ts";
import { viewOf } from "../group/gates.ts";
import { isBalanced, lastHealthy } from "../group/last-healthy.ts";
import { placeOf, text, texts } from "../step-input.ts";
import type { Responder } from "../responder.ts";
import { isShifted, servingIn } from "../serving.ts";

/** Reads the group's current state from AWS before any write to its capacity; never from the inventory. */
export const groupGates: Responder = {
  repeat: "safe",
  nature: "observes",
  phrase: "check whether early replacement is allowed now",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: () => "look whether the group may replace",
  async run(step, ctx) {
    const at = placeOf(ctx.doc);
    const name = text(step, "group");
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const asked = ctx.clock.now();
    const [groups, refreshing] = await Promise.all([
      ctx.aws.autoScaling.describeGroups(at, [name], ask),
      ctx.aws.autoScaling.refreshing(at, name, ask),
    ]);
    const group = groups.get(name);
    if (group === undefined) return { is: "skip", reason: `there is no group ${name}` };
    ctx.inventory.put("group", groupId(at, name), group, asked);
    const ids = texts(step, "ids");
    const [serving, shifted, last] = await Promise.all([
      servingIn(group, [], ctx),
      isShifted(group, ctx),
      lastHealthy(group, ids, ctx),
    ]);
    const seen = { refreshing, shifted, balanced: isBalanced(group), last };
    return { is: "done", receipt: viewOf(group, serving, seen, ids) as unknown as Plain };
  },
};
