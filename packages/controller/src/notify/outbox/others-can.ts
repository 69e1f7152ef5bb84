import type { Ms } from "../../clock.ts";
import type { Alert, Send } from "../../model/alert.ts";

/**
 * Whether another channel has delivered the alert, or can be expected to until a time. Pure. A channel that waits for
 * longer cannot: if each of two that ask for a pause relied on the other, nobody would be notified.
 *
 * @param freeAt when a channel's limits allow a send
 */
export function othersCan(
  { sends }: Pick<Alert, "sends">,
  channel: string,
  channels: Iterable<string>,
  freeAt: (channel: string) => Ms,
  by: Ms,
): boolean {
  return [...channels].some((name) => name !== channel && canDeliver(sends[name], freeAt(name), by));
}

function canDeliver(send: Send | undefined, freeAt: Ms, by: Ms): boolean {
  if (send?.state === "gave-up") return false;
  if (send?.receipt !== undefined && send.receipt !== null) return true;
  const retryAt = send?.state === "due" ? (send.retryAt ?? 0) : 0;
  return Math.max(freeAt, retryAt) <= by;
}
