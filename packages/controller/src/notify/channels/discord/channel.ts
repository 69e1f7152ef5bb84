import { z } from "zod";
import type { Channel, SendResult } from "../../alert.ts";
import type { ChannelDeps, ChannelFactory } from "../channel.ts";
import type { HttpOutcome } from "../../../http/http.ts";
import { jsonRequest } from "../../../http/json-request.ts";
import { allow as allowed, urlOrReference } from "../support/options.ts";
import { jsonOrNull } from "../../../http/parse-json.ts";
import { discordMessage } from "./rendering.ts";
import { type Accepted, badCredentials, ofHttp, refused } from "../support/result.ts";
import { sendWith } from "../support/secrets.ts";

export interface DiscordOptions {
  readonly type: "discord";
  /** The webhook URL of a channel, or a reference to it, since it contains a token. */
  readonly url: string;
  /** Hosts, addresses and ranges that may be called although they are not public. */
  readonly allow?: readonly string[] | undefined;
}

/** The message that was posted: the receipt. */
const posted = z.object({ id: z.string().regex(/^\d{1,20}$/) });
/** Without `wait` the answer is 204 without a body, also of a relay that drops the parameter; then nothing is edited. */
const POSTED: Accepted = {
  says: "Discord's JSON with the id of a message",
  receipt: ({ status, text }) => (status === 204 ? null : posted.safeParse(jsonOrNull(text)).data),
};

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const UNKNOWN_CHANNEL = 10_003;
const UNKNOWN_MESSAGE = 10_008;
const UNKNOWN_WEBHOOK = 10_015;
const OTHER_AUTHOR = 50_005;
const THREAD_IS_ARCHIVED = 50_083;

/**
 * Errors of an edit after which the message is posted anew: it was deleted, belongs to an earlier webhook, or stands in a
 * thread that was archived. Posting into that thread opens it again
 * (https://docs.discord.com/developers/resources/webhook#execute-webhook, `thread_id`).
 */
const LOST: ReadonlySet<number | null> = new Set([UNKNOWN_MESSAGE, OTHER_AUTHOR, THREAD_IS_ARCHIVED]);

/**
 * Posts one message for each alert, and edits it for updates, until it gets worse. Discord does not document a fixed
 * rate limit (https://docs.discord.com/developers/topics/rate-limits).
 */
export const discordChannel: ChannelFactory<z.ZodType<DiscordOptions>> = {
  options: z.strictObject({ type: z.literal("discord"), url: urlOrReference, allow: allowed }),
  create({ url, allow = [] }: DiscordOptions, deps: ChannelDeps): Channel {
    const http = deps.http(allow);
    return {
      updates: "full",
      pace: null,
      send: sendWith(deps.secret, { url }, async ({ url: target }, model, previous, signal) => {
        const message = discordMessage(model);
        const known = posted.safeParse(previous).data?.id;
        if (known !== undefined) {
          const edited = await http(jsonRequest("PATCH", messageUrl(target, known), message), signal);
          const result = ofDiscord(edited);
          // An edit notifies nobody: what is worse is a new message, which is edited from now on.
          if (!LOST.has(codeOf(edited)) && !(model.raised && result.is === "sent")) return result;
        }
        return ofDiscord(await http(jsonRequest("POST", waiting(target), message), signal));
      }),
    };
  },
};

/** Adds `wait`, without which Discord returns neither errors nor the message id. */
function waiting(url: string): string {
  const target = URL.parse(url);
  target?.searchParams.set("wait", "true");
  return target?.href ?? url;
}

function messageUrl(url: string, id: string): string {
  const target = URL.parse(url);
  if (target === null) return url;
  target.pathname = `${target.pathname.replace(/\/$/, "")}/messages/${id}`;
  return target.href;
}

/** Returns Discord's code of an error; null if there is none. */
function codeOf(outcome: HttpOutcome): number | null {
  if (outcome.is === "failed" || outcome.status < 400) return null;
  return z.object({ code: z.number() }).safeParse(jsonOrNull(outcome.text)).data?.code ?? null;
}

function ofDiscord(outcome: HttpOutcome): SendResult {
  const code = codeOf(outcome);
  if (code === UNKNOWN_WEBHOOK) return badCredentials("answered 404: there is no such webhook any more");
  if (code === UNKNOWN_CHANNEL)
    return refused("answered 404: its channel, or the thread of its url, does not exist any more; make a new webhook");
  return ofHttp(outcome, POSTED);
}
