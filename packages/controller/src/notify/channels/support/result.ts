import { AwsFailure } from "../../../aws/failure.ts";
import type { Ms } from "../../../clock.ts";
import type { Plain } from "../../../model/plain.ts";
import type { SendResult } from "../../alert.ts";
import type { HttpOutcome } from "../../../http/http.ts";

/** Worth another attempt although the answer was not 5xx (https://www.rfc-editor.org/rfc/rfc9110#name-client-error-4xx). */
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);

/** The one place that says what an answer over HTTP means. Bodies are not told: they could repeat a secret. */
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

/** What was sent will not be taken, however often. */
export const refused = (reason: string): SendResult => ({ is: "refused", reason, because: "request" });

/** The other side does not know us: told from an outage, and not repeated with what is known to be wrong. */
export const badCredentials = (reason: string): SendResult => ({
  is: "refused",
  reason,
  because: "credentials",
});

/** The same for a call to AWS that failed. */
export function ofAws(error: unknown, now: Ms): SendResult {
  if (!(error instanceof AwsFailure)) throw error;
  const { kind, retryable, retryAt, service, operation, awsCode } = error.fields;
  const reason = `${service}:${operation} ${kind} (${awsCode})`;
  if (!retryable) return kind === "denied" ? badCredentials(reason) : refused(reason);
  return { is: "retry", reason, after: retryAt === null ? null : Math.max(0, retryAt - now) };
}
