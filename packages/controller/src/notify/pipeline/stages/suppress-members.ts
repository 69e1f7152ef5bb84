import type { Ms } from "../../../clock.ts";
import type { MemberSource } from "../../message/member.ts";
import type { StageInput, Passing } from "../stage.ts";
import type { SuppressionReason } from "../../../model/alert.ts";

/**
 * Suppresses members for which `why` returns a reason. The outcome of a delivered alert is sent all the same, except
 * for members that were suppressed from the beginning.
 *
 * @param why returns the reason for a member at a time; null means none
 */
export function suppressEach(
  passing: Passing,
  { delivered, over, now }: Pick<StageInput, "delivered" | "over" | "now">,
  code: SuppressionReason,
  why: (member: MemberSource, at: Ms) => string | null,
): Passing {
  const by = Map.groupBy(passing.members, (member) => {
    const text = why(member, now);
    return text !== null && delivered && over ? why(member, member.doc.body.openedAt) : text;
  });
  const withheld = [...by].flatMap(([text, members]) =>
    text === null ? [] : [{ code, text, members, channel: null }],
  );
  if (withheld.length === 0) return passing;
  return { ...passing, members: by.get(null) ?? [], withheld: [...passing.withheld, ...withheld] };
}

/** Suppresses all members. */
export const suppressAll = (passing: Passing, code: SuppressionReason, text: string): Passing => ({
  ...passing,
  members: [],
  withheld: [...passing.withheld, { code, text, members: passing.members, channel: null }],
});
