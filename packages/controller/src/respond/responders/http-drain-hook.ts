import { request } from "undici";
import { number, numberOrNull, shown, text, textOrNull } from "../place.ts";
import type { Responder } from "../responder.ts";

/** The application needs no more than this to say that it has begun; some answer only when they are done. */
const DEFAULT_TIMEOUT = 10_000;
const LARGEST_ANSWER = 64 * 1024;

/**
 * `POST http://<private address>:<port><path>` on the doomed instance. The address is EC2's own of that instance, never
 * one that a message names. The application sees the same `Idempotency-Key` in each repetition.
 */
export const httpDrainHook: Responder = {
  repeat: "token",
  nature: "acts",
  title: (step) => `ask the application at ${shown(step, "address")}:${shown(step, "port")} to drain`,
  async run(step, ctx) {
    const url = `http://${text(step, "address")}:${number(step.params, "port")}${text(step, "path")}`;
    const token = await ctx.secret(textOrNull(step, "tokenRef"));
    const timeout = Math.max(1, Math.min(numberOrNull(step, "timeout") ?? DEFAULT_TIMEOUT, ctx.deadline - ctx.now));
    const answer = await request(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": `${ctx.doc.key}/${step.id}`,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ incident: ctx.doc.key, deadline: new Date(ctx.deadline).toISOString() }),
      signal: AbortSignal.any([ctx.signal, AbortSignal.timeout(timeout)]),
    });
    await answer.body.dump({ limit: LARGEST_ANSWER });
    const { statusCode } = answer;
    if (statusCode >= 200 && statusCode < 300) return { is: "done", receipt: { status: statusCode } };
    if (statusCode === 409 || statusCode === 410)
      return { is: "done", receipt: { status: statusCode }, note: "it drains already" };
    if (statusCode >= 500 || statusCode === 429)
      return { is: "wait", until: ctx.now + 1_000, reason: `the drain hook answered ${statusCode}` };
    return { is: "skip", reason: `the drain hook answered ${statusCode}` };
  },
};
