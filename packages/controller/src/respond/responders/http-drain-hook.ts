import { isIPv6 } from "node:net";
import { request } from "undici";
import { whyNotCalled } from "../networks.ts";
import { number, numberOrNull, shown, text, textOrNull, texts } from "../step-input.ts";
import type { Responder, Result } from "../responder.ts";
import { workEnds } from "../machine/steps.ts";

/** Default timeout of the request. Some applications answer when they have begun, others only when they are done. */
const DEFAULT_TIMEOUT = 10_000;
const LARGEST_ANSWER = 64 * 1024;

/**
 * Sends `POST http://<private address>:<port><path>` to the doomed instance: e.g. `/drain` of Spotkeeper's agent, or an
 * application's `/shutdown/drain`. The address is from EC2, never from a message, and must be in the policy's networks.
 * Each repetition has the same `Idempotency-Key`.
 */
export const httpDrainHook: Responder = {
  repeat: "token",
  nature: "acts",
  phrase: "ask the application to drain",
  isShown: true,
  empties: "asks",
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => `ask the application at ${shown(step, "address")}:${shown(step, "port")} to drain`,
  async run(step, ctx) {
    const address = text(step, "address");
    const whyNot = whyNotCalled(address, texts(step, "networks"));
    if (whyNot !== null) return { is: "skip", reason: whyNot };
    const host = isIPv6(address) ? `[${address}]` : address;
    const reference = textOrNull(step, "tokenRef");
    const timeout = Math.max(1, Math.min(numberOrNull(step, "timeout") ?? DEFAULT_TIMEOUT, ctx.deadline - ctx.now));
    // The time when the capacity goes away, without Spotkeeper's margin; if it is not known or has passed, the end of
    // the plan.
    const deadline = Math.max(workEnds(step, ctx), ctx.doc.kind === "incident" ? (ctx.doc.body.deadline ?? 0) : 0);
    const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(timeout)]);
    const ask = async (token: string | null): Promise<number> => {
      const answer = await request(`http://${host}:${number(step.params, "port")}${text(step, "path")}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "idempotency-key": `${ctx.doc.key}/${step.id}`,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        // As a time and as a duration, since the instance's clock may be wrong.
        body: JSON.stringify({
          incident: ctx.doc.key,
          deadline: new Date(deadline).toISOString(),
          deadlineIn: Math.max(0, deadline - ctx.now),
        }),
        signal,
      });
      await answer.body.dump({ limit: LARGEST_ANSWER });
      return answer.statusCode;
    };
    const token = await ctx.secret(reference);
    const status = await ask(token);
    if (!isRefusal(status) || reference === null || token === null) return resultOf(status, reference, ctx.now);
    // The token may have been rotated since it was read.
    const rotated = await ctx.renewSecret(reference, token).catch(() => null);
    return resultOf(rotated === null ? status : await ask(rotated), reference, ctx.now);
  },
};

const isRefusal = (status: number): boolean => status === 401 || status === 403;

function resultOf(status: number, reference: string | null, now: number): Result {
  if (status >= 200 && status < 300) return { is: "done", receipt: { status } };
  if (status === 409 || status === 410) return { is: "done", receipt: { status }, note: "it drains already" };
  if (status >= 500 || status === 429)
    return { is: "wait", until: now + 1_000, reason: `the drain hook answered ${status}` };
  // A wrong token stays wrong, and some applications block clients that retry.
  if (isRefusal(status)) {
    const why =
      reference === null ? "it wants a token; set drainHook.token" : `it does not take the token ${reference}`;
    return { is: "skip", reason: `the drain hook answered ${status}: ${why}` };
  }
  return { is: "skip", reason: `the drain hook answered ${status}` };
}
