import { z } from "zod";
import type { Plain } from "../../../model/plain.ts";
import type { AlertModel, Channel, Pace } from "../../alert.ts";
import type { ChannelDeps, ChannelFactory } from "../channel.ts";
import { jsonRequest } from "../../../http/json-request.ts";
import { allow as allowed, reference, urlOrReference } from "../support/options.ts";
import { slackDetails, type SlackMessage, slackMessage, slackSummary } from "./rendering.ts";
import { sendWith } from "../support/secrets.ts";
import { channelId, ofHook, ofMethod, type SlackAnswer, timestamp } from "./answers.ts";

export interface SlackOptions {
  readonly type: "slack";
  /** An incoming webhook's URL, or a reference to it: each update is another message. */
  readonly url?: string | undefined;
  /** A reference to a bot's token: one message is edited, with the details in its thread. */
  readonly token?: string | undefined;
  /** Id or name of the channel that the bot writes to. */
  readonly channel?: string | undefined;
  /** URL of the Web API; for GovSlack https://slack-gov.com/api. */
  readonly api?: string | undefined;
  /** Hosts, addresses and ranges that may be called although they are not public. */
  readonly allow?: readonly string[] | undefined;
}

/** One message a second, with short bursts: https://docs.slack.dev/apis/web-api/rate-limits */
const HOOK_PACE: Pace = { every: 1_000, burst: 3 };
/** Each send makes two edits, and chat.update allows about 50 per minute (tier 3, same page). */
const BOT_PACE: Pace = { every: 2_400, burst: 3 };

/**
 * Errors after which the message is posted again: it was deleted, can no longer be edited, or stands in a channel that
 * was archived, deleted or left (https://docs.slack.dev/reference/methods/chat.update#errors).
 */
const LOST: ReadonlySet<string> = new Set([
  "cant_update_message",
  "channel_not_found",
  "edit_window_closed",
  "is_archived",
  "is_inactive",
  "message_not_found",
  "not_in_channel",
]);

const ways = "wants either url (an incoming webhook), or token and channel (a bot)";

/** Sends alerts to Slack: a message for each update by an incoming webhook, or one message that a bot edits. */
export const slackChannel: ChannelFactory<z.ZodType<SlackOptions>> = {
  options: z
    .strictObject({
      type: z.literal("slack"),
      url: urlOrReference.optional(),
      token: reference.optional(),
      channel: z.string().regex(/^\S+$/, "wants the id (C0123456789) or the name of a channel").optional(),
      api: z.url().optional(),
      allow: allowed,
    })
    .refine(({ url, token }) => (url === undefined) !== (token === undefined), ways)
    .refine(({ token, channel }) => (token === undefined) === (channel === undefined), ways),
  create(options: SlackOptions, deps: ChannelDeps): Channel {
    return options.token === undefined ? byHook(options, deps) : byBot(options, deps);
  },
};

function byHook({ url, allow = [] }: SlackOptions, deps: ChannelDeps): Channel {
  const http = deps.http(allow);
  return {
    updates: "material",
    pace: HOOK_PACE,
    send: sendWith(deps.secret, { url: url ?? "" }, async ({ url: target }, model, _previous, signal) => {
      return ofHook(await http(jsonRequest("POST", target, slackMessage(model)), signal));
    }),
  };
}

/** The receipt: the position of the alert's message. `details`: the reply in its thread; null means none yet. */
const posted = z.object({ channel: channelId, ts: timestamp, details: timestamp.nullable() });
type Posted = z.output<typeof posted>;

function byBot(options: SlackOptions, deps: ChannelDeps): Channel {
  const { channel = "", api = "https://slack.com/api", allow = [] } = options;
  const http = deps.http(allow);
  return {
    updates: "full",
    pace: BOT_PACE,
    send: sendWith(deps.secret, { token: options.token }, async ({ token }, model, previous, signal) => {
      const headers = { authorization: `Bearer ${token}` };
      const call: Call = async (method, body) =>
        ofMethod(await http(jsonRequest("POST", `${api.replace(/\/$/, "")}/${method}`, body, headers), signal));
      return tell(call, channel, model, posted.safeParse(previous).data ?? null);
    }),
  };
}

type Call = (method: "chat.postMessage" | "chat.update", body: object) => Promise<SlackAnswer>;

/**
 * Sends the message, then its details. If only the details fail, the send is retried only after an edit, which is
 * idempotent; a message that was just posted must not be posted again. The details then follow with the next send.
 */
async function tell(call: Call, channel: string, model: AlertModel, known: Posted | null): Promise<Sent> {
  const edited = known === null ? null : await edit(call, known.channel, known.ts, slackSummary(model));
  const main = edited ?? (await post(call, channel, slackSummary(model), null));
  if (!main.ok) return main.result;
  const old = edited === null ? null : (known?.details ?? null);
  const place = { channel: main.channel, ts: main.ts };
  const again = old === null ? null : await edit(call, main.channel, old, slackDetails(model));
  const details = again ?? (await post(call, main.channel, slackDetails(model), main.ts));
  if (!details.ok && edited !== null && details.result.is === "retry") return details.result;
  // Last, since a repetition would post it twice. An edit notifies nobody.
  const broadcast =
    edited !== null && model.raised ? await post(call, main.channel, slackSummary(model), main.ts, true) : null;
  if (broadcast !== null && !broadcast.ok) return broadcast.result;
  const receipt: Plain = { ...place, details: details.ok ? details.ts : null };
  return { is: "sent", receipt };
}

type Sent = Awaited<ReturnType<Channel["send"]>>;

/**
 * Prevents mentions and links in texts, which is not the default of chat.update
 * (https://docs.slack.dev/reference/methods/chat.update).
 */
const LITERAL = { parse: "none", link_names: false } as const;

/** @param broadcast a reply that the channel shows as well: https://docs.slack.dev/reference/methods/chat.postMessage */
const post = (
  call: Call,
  channel: string,
  message: SlackMessage,
  thread: string | null,
  broadcast: boolean = false,
): Promise<SlackAnswer> =>
  call("chat.postMessage", {
    channel,
    ...message,
    ...LITERAL,
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    ...(thread === null ? {} : { thread_ts: thread }),
    ...(broadcast ? { reply_broadcast: true } : {}),
  });

/** Edits a message; returns null if it does not exist or cannot be edited. */
async function edit(call: Call, channel: string, ts: string, message: SlackMessage): Promise<SlackAnswer | null> {
  const answer = await call("chat.update", { channel, ts, ...message, ...LITERAL });
  return !answer.ok && answer.code !== null && LOST.has(answer.code) ? null : answer;
}
