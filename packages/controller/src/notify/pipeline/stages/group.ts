import type { Stage } from "../stage.ts";

/**
 * Waits for other incidents of the same group. An alert that was suppressed until its end stays suppressed: an outcome
 * alone would be confusing.
 */
export const group: Stage = (passing, { alert, delivered, over, now }) => {
  const { flushAt, withheld, quiet } = alert.body;
  if (now < flushAt) return { ...passing, members: [], again: flushAt };
  if (delivered || !over || quiet === "no") return passing;
  const { members } = passing;
  const stays = withheld.map(({ code, text, channel }) => ({ code, text, channel, members }));
  return { ...passing, members: [], withheld: [...passing.withheld, ...stays] };
};
