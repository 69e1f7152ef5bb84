import type { Ms } from "../../../clock.ts";
import type { Told } from "../../message/member.ts";
import type { Look, Passing } from "../stage.ts";
import type { WithheldCode } from "../../../model/alert.ts";

/**
 * Withholds the members for which `why` gives a reason. An alert that people know of is brought to its end: then a reason
 * counts only for whom it kept back from the beginning.
 *
 * @param why for a member and an instant
 */
export function holdEach(
  passing: Passing,
  { told, over, now }: Pick<Look, "told" | "over" | "now">,
  code: WithheldCode,
  why: (member: Told, at: Ms) => string | null,
): Passing {
  const by = Map.groupBy(passing.members, (member) => {
    const text = why(member, now);
    return text !== null && told && over ? why(member, member.doc.body.openedAt) : text;
  });
  const withheld = [...by].flatMap(([text, members]) =>
    text === null ? [] : [{ code, text, members, channel: null }],
  );
  if (withheld.length === 0) return passing;
  return { ...passing, members: by.get(null) ?? [], withheld: [...passing.withheld, ...withheld] };
}

/** Withholds all that came so far. */
export const holdAll = (passing: Passing, code: WithheldCode, text: string): Passing => ({
  ...passing,
  members: [],
  withheld: [...passing.withheld, { code, text, members: passing.members, channel: null }],
});
