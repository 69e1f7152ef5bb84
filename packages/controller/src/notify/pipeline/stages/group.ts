import type { Stage } from "../stage.ts";

/**
 * Waits for others of the same group. And what was withheld until it was over stays so: nobody is told how something ended
 * of which they never heard.
 */
export const group: Stage = (passing, { alert, told, over, now }) => {
  const { flushAt, withheld, quiet } = alert.body;
  if (now < flushAt) return { ...passing, members: [], again: flushAt };
  if (told || !over || quiet === "no") return passing;
  const { members } = passing;
  const stays = withheld.map(({ code, text, channel }) => ({ code, text, channel, members }));
  return { ...passing, members: [], withheld: [...passing.withheld, ...stays] };
};
