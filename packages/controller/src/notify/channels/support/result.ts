import type { z } from "zod";
import { AwsFailure } from "../../../aws/failure.ts";
import type { Ms } from "../../../clock.ts";
import type { Plain } from "../../../model/plain.ts";
import type { SendResult } from "../../alert.ts";
import type { HttpAnswer, HttpOutcome } from "../../../http/http.ts";
import { jsonOrNull } from "../../../http/parse-json.ts";
import { firstWords, isPage, MOST_TRIES, unexpected } from "./unexpected.ts";

/** Status codes below 500 that are retried (https://www.rfc-editor.org/rfc/rfc9110#name-client-error-4xx). */
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);

/** The answer by which a service says that it has accepted a message. Any other 2xx does not count as sent. */
export interface Accepted {
  /** In words: `"ok"`, `JSON with an id`. */
  readonly says: string;
  /** Returns the receipt; undefined if the answer is not the one of the service. */
  readonly receipt: (answer: HttpAnswer) => Plain | undefined;
}

/** Makes an `Accepted` of the schema of a JSON answer, without a receipt. */
export const acceptedJson = (says: string, schema: z.ZodType): Accepted => ({
  says,
  receipt: ({ text }) => (schema.safeParse(jsonOrNull(text)).success ? null : undefined),
});

/**
 * Converts an HTTP answer to a result; the only place that does. The body is not shown as it is, since it could contain
 * a secret (unexpected.ts).
 */
export function ofHttp(outcome: HttpOutcome, accepted: Accepted): SendResult {
  if (outcome.is === "failed")
    return outcome.retryable ? { is: "retry", reason: outcome.reason, after: null } : refused(outcome.reason);
  const { status, retryAfter } = outcome;
  if (status >= 200 && status < 300) {
    const receipt = accepted.receipt(outcome);
    return receipt === undefined ? unexpected(outcome, accepted.says, false) : { is: "sent", receipt };
  }
  const reason = `answered ${status}${pageOf(outcome)}`;
  if (status === 407)
    return badCredentials(`${reason}; a proxy wants a user name and password: write them in HTTPS_PROXY`);
  if (status >= 500 || TRY_AGAIN.has(status)) return { is: "retry", reason, after: retryAfter };
  if (status >= 300 && status < 400) return refused(`${reason}; redirects are not followed`);
  if (status === 401 || status === 403) return badCredentials(`${reason}; check its credentials`);
  return refused(reason);
}

/** Services answer errors with their own JSON or text; a page is of somebody before them. */
function pageOf(answer: HttpAnswer): string {
  if (!isPage(answer)) return "";
  const words = firstWords(answer.text);
  return ` with a page${words === "" ? "" : ` (“${words}”)`}, perhaps of a proxy or gateway before it`;
}

/** Makes the result of a request that would fail again. */
export const refused = (reason: string): SendResult => ({ is: "refused", reason, because: "request" });

/** Makes the result of wrong credentials, which are not an outage and are not retried unchanged. */
export const badCredentials = (reason: string): SendResult => ({
  is: "refused",
  reason,
  because: "credentials",
});

/** Converts a failed AWS call to a result. */
export function ofAws(error: unknown, now: Ms): SendResult {
  if (!(error instanceof AwsFailure)) throw error;
  const { kind, retryable, retryAt, service, operation, awsCode } = error.fields;
  const reason = `${service}:${operation} ${kind} (${awsCode})`;
  if (!retryable) return kind === "denied" ? badCredentials(reason) : refused(reason);
  return { is: "retry", reason, after: retryAt === null ? null : Math.max(0, retryAt - now) };
}

/** Makes the result of an AWS call whose answer has no id: whoever answered, nothing was accepted. */
export const withoutId = (call: string, id: string): SendResult => ({
  is: "retry",
  reason: `${call} was answered without a ${id}; check aws.endpoint, and whether a proxy answers in place of AWS`,
  after: null,
  mostTries: MOST_TRIES,
});
