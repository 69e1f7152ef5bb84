import { AwsFailure } from "../../../aws/failure.ts";
import type { Ms } from "../../../clock.ts";
import type { Plain } from "../../../model/plain.ts";
import type { SendResult } from "../../alert.ts";
import type { HttpOutcome } from "../../../http/http.ts";

/** Status codes below 500 that are retried (https://www.rfc-editor.org/rfc/rfc9110#name-client-error-4xx). */
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Converts an HTTP answer to a result; the only place that does. The body is never shown, since it could contain a
 * secret.
 */
export function ofHttp(outcome: HttpOutcome, receipt: Plain): SendResult {
  if (outcome.is === "failed")
    return outcome.retryable ? { is: "retry", reason: outcome.reason, after: null } : refused(outcome.reason);
  const { status, retryAfter } = outcome;
  if (status >= 200 && status < 300) return { is: "sent", receipt };
  const reason = `answered ${status}`;
  if (status >= 500 || TRY_AGAIN.has(status)) return { is: "retry", reason, after: retryAfter };
  if (status >= 300 && status < 400) return refused(`${reason}; redirects are not followed`);
  if (status === 401 || status === 403) return badCredentials(`${reason}; check its credentials`);
  return refused(reason);
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
