import { z } from "zod";
import type { SendResult } from "../../alert.ts";
import type { HttpOutcome } from "../../../http/http.ts";
import { jsonOrNull } from "../../../http/parse-json.ts";
import { type Accepted, badCredentials, ofHttp, refused } from "../support/result.ts";
import { unexpected } from "../support/unexpected.ts";

/** The result of a method of Slack's Web API; `code` is Slack's error code. */
export type SlackAnswer =
  | { readonly ok: true; readonly channel: string; readonly ts: string }
  | { readonly ok: false; readonly code: string | null; readonly result: SendResult };

/** https://docs.slack.dev/reference/methods/chat.postMessage#errors: errors about the token. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  "access_denied",
  "account_inactive",
  "ekm_access_denied",
  "enterprise_is_restricted",
  "invalid_auth",
  "missing_scope",
  "no_permission",
  "not_allowed_token_type",
  "not_authed",
  "org_login_required",
  "team_access_not_granted",
  "token_expired",
  "token_revoked",
  "two_factor_setup_required",
]);

/** Temporary errors (same page). */
const AGAIN: ReadonlySet<string> = new Set([
  "fatal_error",
  "internal_error",
  "message_limit_exceeded",
  "rate_limited",
  "ratelimited",
  "request_timeout",
  "service_unavailable",
  "team_added_to_org",
]);

const HINTS: { readonly [code: string]: string } = {
  channel_not_found: "check the channel, and invite the app to it if it is private",
  is_archived: "the channel is archived",
  missing_scope: "its token needs the scope chat:write",
  not_in_channel: "invite the app to the channel",
};

/** Returns a Slack error code; null for any other text, which could contain a secret. */
const codeOf = (text: string): string | null => (/^[a-z_]{1,60}$/.test(text) ? text : null);

/** Stored parts of an answer must have the documented format: other text could contain a secret. */
export const channelId: z.ZodString = z.string().regex(/^[A-Z0-9]{1,40}$/);
export const timestamp: z.ZodString = z.string().regex(/^\d{1,20}\.\d{1,10}$/);

const answer = z.union([
  z.object({ ok: z.literal(true), channel: channelId, ts: timestamp }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);

/**
 * Converts the answer of a method. Methods answer 200 also on failure, with `ok: false`
 * (https://docs.slack.dev/apis/web-api#responses).
 */
export function ofMethod(outcome: HttpOutcome): SlackAnswer {
  const result = ofHttp(outcome, ANY);
  if (outcome.is === "failed" || result.is !== "sent") return { ok: false, code: null, result };
  const said = answer.safeParse(jsonOrNull(outcome.text)).data;
  if (said === undefined) return { ok: false, code: null, result: unexpected(outcome, "Slack's JSON with ok", false) };
  if (said.ok) return said;
  const code = codeOf(said.error);
  const hint = code === null ? undefined : HINTS[code];
  const reason = `answered ${code ?? "an unknown error"}${hint === undefined ? "" : `; ${hint}`}`;
  return { ok: false, code, result: resultOf(code, reason, outcome.retryAfter) };
}

function resultOf(code: string | null, reason: string, after: number | null): SendResult {
  if (code !== null && AGAIN.has(code)) return { is: "retry", reason, after };
  return code !== null && CREDENTIALS.has(code) ? badCredentials(reason) : refused(reason);
}

/** What it means is read afterwards. */
const ANY: Accepted = { says: "", receipt: () => null };

/** Errors of a URL that is no longer valid: revoked, or the app was removed. */
const DEAD_HOOK: ReadonlySet<string> = new Set(["invalid_token", "no_active_hooks", "no_service", "no_team"]);
/** Errors of a URL that is valid, with what to do. */
const REFUSING_HOOK: ReadonlyMap<string, string | null> = new Map([
  ["action_prohibited", "an administrator of the workspace restricts who may post there"],
  ["channel_is_archived", "restore the channel, or make a webhook for another"],
  ["channel_not_found", "the channel was deleted; make a webhook for another"],
  ["invalid_blocks", null],
  ["invalid_payload", null],
  ["posting_to_general_channel_denied", "only some people may post in this channel; make a webhook for another"],
  ["user_not_found", "the person was removed; make a webhook for a channel"],
]);

/**
 * A webhook of Slack answers `ok`, a workflow's webhook `{"ok":true}`; Mattermost and Rocket.Chat, which take the same
 * messages, `ok` and `{"success":true}`.
 */
const POSTED: Accepted = {
  says: "Slack's ok",
  receipt: ({ text }) => (text.trim() === "ok" || okJson.safeParse(jsonOrNull(text)).success ? null : undefined),
};
const okJson = z.union([z.object({ ok: z.literal(true) }), z.object({ success: z.literal(true) })]);

/**
 * Converts the answer of an incoming webhook: a status and a word, which also comes with status 200:
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
 */
export function ofHook(outcome: HttpOutcome): SendResult {
  const result = ofHttp(outcome, POSTED);
  if (outcome.is === "failed" || result.is !== "refused") return result;
  const word = outcome.text.trim();
  if (DEAD_HOOK.has(word)) return badCredentials(`answered ${outcome.status} (${word}); make a new webhook`);
  const hint = REFUSING_HOOK.get(word);
  return hint === undefined
    ? result
    : refused(`answered ${outcome.status} (${word})${hint === null ? "" : `; ${hint}`}`);
}
