import type { Ms } from "../../../clock.ts";
import type { Doc } from "../../../model/doc.ts";
import { STORM } from "../../message/build.ts";
import type { StageInput, Passing, Stage } from "../stage.ts";

/** How long to wait for the first evaluation of another alert, beyond its own group wait. */
const WAIT_FOR_OTHERS: Ms = 2_000;
const RECHECK_AFTER: Ms = 250;

/**
 * Suppresses alerts on channels that get a storm's alert with the same incidents. A warning needs no stage to suppress
 * the recommendation of the same instance, since both are one incident.
 */
export const inhibit: Stage = (passing, input) => {
  const { members, channels } = passing;
  if (members.length === 0 || members.length >= STORM) return passing;
  const wider = input.others.filter((other) => covers(other, passing));
  if (wider.length === 0) return passing;
  if (wider.some(({ body }) => body.size === 0 && input.now < body.flushAt + WAIT_FOR_OTHERS))
    return { ...passing, members: [], again: input.now + RECHECK_AFTER };
  const inhibited = channels.filter((channel) => isInhibited(channel, wider, input));
  const withheld = inhibited.map((channel) => ({
    code: "inhibited" as const,
    text: "the storm that it is part of is told there",
    members,
    channel,
  }));
  const left = channels.filter((channel) => !inhibited.includes(channel));
  return { ...passing, channels: left, withheld: [...passing.withheld, ...withheld] };
};

/** Whether the other alert contains all members. */
const covers = ({ key, body }: Doc<"alert">, { members }: Passing): boolean =>
  members.every(({ doc }) => doc.body.alerts.some((one) => one.key === key && one.generation === body.generation));

function isInhibited(channel: string, wider: readonly Doc<"alert">[], { alert, over }: StageInput): boolean {
  const isTold = (alert.body.sends[channel]?.receipt ?? null) !== null;
  if (over && isTold) return false;
  const before = alert.body.withheld.some((one) => one.code === "inhibited" && one.channel === channel);
  if (over && before) return true;
  return wider.some(({ wakeAt, body }) => {
    const send = body.sends[channel];
    return wakeAt !== null && body.size >= STORM && send !== undefined && send.state !== "gave-up";
  });
}
