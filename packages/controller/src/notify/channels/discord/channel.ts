import { z } from "zod";
import type { Channel, SendResult } from "../../alert.ts";
import type { ChannelDeps, ChannelFactory } from "../channel.ts";
import type { HttpOutcome } from "../../../http/http.ts";
import { jsonRequest } from "../../../http/json-request.ts";
import { allow as allowed, urlOrReference } from "../support/options.ts";
import { jsonOrNull } from "../../../http/parse-json.ts";
import { discordMessage } from "./rendering.ts";
import { badCredentials, ofHttp } from "../support/result.ts";
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

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const UNKNOWN_MESSAGE = 10_008;
const UNKNOWN_WEBHOOK = 10_015;
/** "Tried to perform an operation on an archived thread": a new message in the thread opens it again. */
const ARCHIVED_THREAD = 50_083;

/** Errors after which the message is posted again: it was deleted, or its thread was archived. */
const LOST: ReadonlySet<number> = new Set([UNKNOWN_MESSAGE, ARCHIVED_THREAD]);

/**
 * Posts one message for each alert, and edits it for updates, until it gets worse. Discord does not document a fixed rate limit
 * (https://docs.discord.com/developers/topics/rate-limits).
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
          const isLost = LOST.has(codeOf(edited) ?? 0);
          if (!isLost && !(model.raised && result.is === "sent")) return result;
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

function codeOf(outcome: HttpOutcome): number | null {
  if (outcome.is === "failed" || outcome.status < 400 || outcome.status >= 500) return null;
  return z.object({ code: z.number() }).safeParse(jsonOrNull(outcome.text)).data?.code ?? null;
}

function ofDiscord(outcome: HttpOutcome): SendResult {
  if (codeOf(outcome) === UNKNOWN_WEBHOOK) return badCredentials("answered 404: there is no such webhook any more");
  const message = outcome.is === "answer" ? posted.safeParse(jsonOrNull(outcome.text)).data : undefined;
  return ofHttp(outcome, message ?? null);
}
