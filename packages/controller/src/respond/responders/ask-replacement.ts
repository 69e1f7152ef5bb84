import { groupKey, hasPlace, newGroup, withReplacement } from "../group/document.ts";
import type { Group } from "../../model/group.ts";
import { number, placeOf, shown, text } from "../step-input.ts";
import { onDemandOf } from "../decide-fallback.ts";
import type { Responder, Result } from "../responder.ts";

const POLL = 3_000;

/**
 * Requests a replacement in the group's document (the only author of writes to its capacity), and waits for the result.
 */
export const askReplacement: Responder = {
  repeat: "safe",
  nature: "waits",
  phrase: "replace it early",
  isShown: true,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: false,
  title: (step) => `ask the group ${shown(step, "group")} for a replacement`,
  async run(step, ctx) {
    const { region, account } = placeOf(ctx.doc);
    const name = { account, region, name: text(step, "group") };
    const group = (await ctx.ledger.load(groupKey(name), "group")) ?? newGroup(name);
    const had = group.body.replacing[ctx.doc.key];
    const isEarlier = had !== undefined && had.askedAt < (step.startedAt ?? ctx.now);
    if (isEarlier && had.state === "lowering")
      return { is: "wait", until: ctx.now + POLL, reason: "what was raised for it before is paid back first" };
    const mine = isEarlier && (had.state === "refused" || had.state === "cancelled") ? undefined : had;
    if (mine === undefined) {
      if (ctx.doc.kind !== "incident") return { is: "skip", reason: "only incidents are replaced" };
      if (ctx.doc.body.drainedAt !== null)
        return { is: "skip", reason: "it has drained before a replacement was begun" };
      if (!hasPlace(group.body))
        return { is: "wait", until: ctx.now + POLL, reason: "others of its group are being replaced first" };
      const asked = withReplacement(
        group,
        ctx.doc.key,
        {
          instanceId: ctx.doc.body.subject.id,
          state: "asked",
          by: step.params["by"] === "raise" ? "raise" : "detach",
          batch: null,
          reason: null,
          recommended: step.params["recommended"] === true,
          askedAt: ctx.now,
          since: ctx.now,
          within: number(step.params, "within"),
          deadline: ctx.now + number(step.params, "within"),
          onDemand: onDemandOf(step.params),
          raised: 0,
          units: 1,
        },
        ctx.now,
      );
      const body = { ...asked.body, cap: number(step.params, "cap"), cooldown: number(step.params, "cooldown") };
      return {
        is: "wait",
        until: ctx.now + POLL,
        reason: "the group was asked",
        also: { writes: [{ ...asked, body }] },
      };
    }
    switch (mine.state) {
      case "asked":
      case "launching":
        return {
          is: "wait",
          until: ctx.now + POLL,
          reason: mine.state === "asked" ? "the group was asked" : underway(group.body, mine.batch),
        };
      case "serves":
      case "retiring":
      case "settled":
        return doneBy(mine, group.body);
      case "lowering":
      case "refused":
      case "cancelled":
        return {
          is: "skip",
          reason: mine.reason ?? mine.state,
          ...(step.params["early"] === true ? { receipt: { early: true } } : {}),
        };
    }
  },
};

/**
 * Makes the done result; if the instance is retired before its replacement serves, with the last state of the
 * replacement.
 */
function doneBy({ by, batch, reason }: Group["replacing"][string], group: Group): Result {
  const serving = group.steps.find(({ id }) => id === `serving:${batch ?? ""}`);
  const note = reason ?? (serving !== undefined && serving.state !== "done" ? underway(group, batch) : null);
  return { is: "done", receipt: { by }, ...(note === null ? {} : { note }) };
}

/** Returns the last known state of the replacement, with AWS's message about a failed launch. */
function underway(group: Group, batch: string | null): string {
  const seen = group.steps.find((one) => one.id === `serving:${batch ?? ""}`)?.reason ?? null;
  return `its replacement is on its way${seen === null ? "" : `: ${seen}`}`;
}
