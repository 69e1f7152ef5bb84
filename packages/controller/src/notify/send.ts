import type { Clock, Ms } from "../clock.ts";
import type { Plain } from "../record/doc.ts";
import { abortable } from "./abortable.ts";
import type { AlertModel, Channel, SendResult } from "./alert.ts";

/** The longest that one send may take. */
export const SEND_WITHIN: Ms = 10_000;

/**
 * One attempt within 10 s; never rejects. A channel that ignores its signal is left behind: nobody waits for it. Errors
 * that a channel did not expect are told by their name or code alone, since their message could hold a secret.
 */
export async function sendOnce(
  channel: Channel,
  model: AlertModel,
  previous: Plain,
  clock: Clock,
): Promise<SendResult> {
  const late = new AbortController();
  const cancel = clock.setTimer(clock.now() + SEND_WITHIN, () => late.abort(new Error("the send took too long")));
  try {
    return await abortable(channel.send(model, previous, late.signal), late.signal);
  } catch (error) {
    const reason = late.signal.aborted ? `no answer within ${SEND_WITHIN / 1_000} s` : nameOf(error);
    return { is: "retry", reason, after: null };
  } finally {
    cancel();
  }
}

function nameOf(error: unknown): string {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  const known = typeof code === "string" ? code : typeof name === "string" ? name : "an unknown error";
  return `unexpected failure (${known})`;
}
