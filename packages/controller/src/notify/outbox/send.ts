import type { Clock, Ms } from "../../clock.ts";
import type { Plain } from "../../model/plain.ts";
import { SpotkeeperError } from "../../errors.ts";
import { abortable } from "../../http/abortable.ts";
import type { AlertModel, Channel, SendResult } from "../alert.ts";

/** The longest that one send may take. */
export const SEND_WITHIN: Ms = 10_000;

/**
 * One attempt within 10 s; never rejects. A channel that ignores its signal is left behind: nobody waits for it. Errors
 * that a channel did not expect are told by their name or code alone, since their message could hold a secret. That a
 * secret is not there is told in full.
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
    const reason = late.signal.aborted ? `no answer within ${SEND_WITHIN / 1_000} s` : reasonOf(error);
    return { is: "retry", reason, after: null };
  } finally {
    cancel();
  }
}

function reasonOf(error: unknown): string {
  // It names the reference, what is wrong with it and what to do, and never what it stands for.
  if (error instanceof SpotkeeperError && error.code === "SK-SECRET-UNAVAILABLE")
    return error.message.replace(/\.$/, "");
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  const known = typeof code === "string" ? code : typeof name === "string" ? name : "an unknown error";
  return `unexpected failure (${known})`;
}
