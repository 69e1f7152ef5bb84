import type { Clock } from "../../clock.ts";
import type { Plain } from "../../model/plain.ts";
import { SpotkeeperError } from "../../errors.ts";
import { abortable } from "../../http/abortable.ts";
import type { AlertModel, Channel, SendResult } from "../alert.ts";
import { SEND_WITHIN } from "./outbox.ts";

/**
 * Makes one attempt within 10 s; never rejects. If a channel ignores the abort signal, the send is no longer awaited.
 * Of unexpected errors only name or code is reported, since the message could contain a secret. A missing secret is
 * reported with its message.
 */
export async function sendOnce(
  channel: Channel,
  model: AlertModel,
  previous: Plain,
  clock: Clock,
  owed: Plain = null,
): Promise<SendResult> {
  const late = new AbortController();
  const cancel = clock.setTimer(clock.now() + SEND_WITHIN, () => late.abort(new Error("the send took too long")));
  try {
    return await abortable(channel.send(model, previous, late.signal, owed), late.signal);
  } catch (error) {
    const reason = late.signal.aborted ? `no answer within ${SEND_WITHIN / 1_000} s` : reasonOf(error);
    return { is: "retry", reason, after: null };
  } finally {
    cancel();
  }
}

function reasonOf(error: unknown): string {
  // This message contains the reference, the problem and what to do, but never the secret.
  if (error instanceof SpotkeeperError && error.code === "SK-SECRET-UNAVAILABLE")
    return error.message.replace(/\.$/, "");
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  const known = typeof code === "string" ? code : typeof name === "string" ? name : "an unknown error";
  return `unexpected failure (${known})`;
}
