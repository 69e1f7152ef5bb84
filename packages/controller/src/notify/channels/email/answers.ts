import { z } from "zod";
import { certificateFault } from "../../../http/certificate.ts";
import { whyUnreachable } from "../../../http/reason.ts";
import type { MissedNow, SendResult } from "../../alert.ts";
import { badCredentials, refused } from "../support/result.ts";

/**
 * Converts an SMTP error to a result, by its code only: a server's text can repeat secrets that it was sent. 4xx is
 * temporary (greylisting, a full queue), 5xx is not: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1; 530, 534,
 * 535 and 538 are about authentication: https://www.rfc-editor.org/rfc/rfc4954#section-6.
 */
export function ofSmtp(error: unknown, host: string): SendResult {
  const { code, originalCode, responseCode } = error as {
    readonly [field in "code" | "originalCode" | "responseCode"]?: unknown;
  };
  const status = typeof responseCode === "number" ? responseCode : null;
  const said = status === null ? "" : ` (${status})`;
  const certificate = certificateFault(error, host);
  if (certificate !== null) return { is: "retry", reason: certificate, after: null };
  // Before the status, which is that of STARTTLS.
  if (code === "ETLS")
    return refused(
      status === null
        ? `${host} offers no TLS that we can use; see security`
        : `${host} offers no STARTTLS${said}${NO_STARTTLS}`,
    );
  if (code === "EAUTH" && (status === null || status >= 500))
    return badCredentials(`${host} does not take the user name and password${said}`);
  if (status !== null && NEEDS_LOGIN.has(status)) return badCredentials(`${host} wants to know who we are${said}`);
  if (status !== null && status >= 500) return refused(`${host} does not take the message${said}`);
  if (status !== null && status >= 400)
    return { is: "retry", reason: `${host} asks to come back later${said}`, after: null };
  if (code === "EENVELOPE" || code === "EMESSAGE") return refused(`${host} takes none of the addresses`);
  // The library keeps the code of the connection beside its own.
  const reason = whyUnreachable({ code: originalCode ?? code, name: (error as { name?: unknown }).name }, host);
  const hint = originalCode === "ERR_SSL_WRONG_VERSION_NUMBER" ? STARTTLS_PORT : "";
  return { is: "retry", reason: `${reason}${hint}`, after: null };
}

/** Recipients that may still take a mail, and its id, so that it stays the same mail. */
export const undelivered = z.object({ addresses: z.array(z.string()).min(1), messageId: z.string() });

/**
 * Sorts the recipients that a server refused while it took the others: 4xx may take the mail later, 5xx never will.
 * Returns null if it refused none.
 */
export function missedOf(refusals: readonly unknown[], messageId: string): MissedNow | null {
  const all = refusals.flatMap((one) => refusal.safeParse(one).data ?? []);
  if (all.length === 0) return null;
  const later = all.filter(({ responseCode }) => responseCode >= 400 && responseCode < 500);
  const never = all.filter((one) => !later.includes(one));
  const named = (some: typeof all): string =>
    some.map(({ recipient, responseCode }) => `${recipient} (${responseCode})`).join(", ");
  return {
    final: never.length === 0 ? null : named(never),
    owed:
      later.length === 0
        ? null
        : { to: { addresses: later.map(({ recipient }) => recipient), messageId }, reason: named(later) },
  };
}

const refusal = z.object({ recipient: z.string(), responseCode: z.number() });

const NO_STARTTLS =
  '; set "security: tls" and its port (465) if it speaks TLS from the start, "security: none" only in your own network';
const STARTTLS_PORT = '; leave out "security: tls" if it speaks STARTTLS there (mostly port 587)';
const NEEDS_LOGIN: ReadonlySet<number> = new Set([530, 534, 535, 538]);
