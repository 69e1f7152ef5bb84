import { z } from "zod";
import type { AlertModel, Channel, Pace, SendResult } from "../../alert.ts";
import type { ChannelDeps, ChannelFactory } from "../channel.ts";
import type { HttpOutcome } from "../../../http/http.ts";
import { jsonRequest } from "../../../http/json-request.ts";
import { allow as allowed, urlOrReference } from "../support/options.ts";
import { chatMessage } from "./rendering.ts";
import { type Accepted, acceptedJson, badCredentials, ofHttp } from "../support/result.ts";
import { sendWith } from "../support/secrets.ts";

export interface GoogleChatOptions {
  readonly type: "google-chat";
  /** The webhook URL of a space, or a reference to it, since its key and token are secrets. */
  readonly url: string;
  /** Hosts, addresses and ranges that may be called although they are not public. */
  readonly allow?: readonly string[] | undefined;
}

/** One message per second and space: https://developers.google.com/workspace/chat/limits */
const PACE: Pace = { every: 1_000, burst: 1 };

/**
 * Webhooks are answered with the names of the message and of its thread alone:
 * https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create
 */
const CREATED: Accepted = acceptedJson(
  "Google Chat's JSON with the name of a message",
  z.object({ name: z.string().regex(/^spaces\/[^/]+\/messages\/./) }),
);

/**
 * Posts a card for each update, in one thread per alert, since webhooks cannot edit messages. A message that is sent
 * twice with the same `requestId` appears once
 * (https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create).
 */
export const googleChatChannel: ChannelFactory<z.ZodType<GoogleChatOptions>> = {
  options: z.strictObject({ type: z.literal("google-chat"), url: urlOrReference, allow: allowed }),
  create({ url, allow = [] }: GoogleChatOptions, deps: ChannelDeps): Channel {
    const http = deps.http(allow);
    return {
      updates: "material",
      pace: PACE,
      send: sendWith(deps.secret, { url }, async ({ url: target }, model, _previous, signal) => {
        const requestId = requestIdOf(model);
        const request = jsonRequest("POST", inThread(target, requestId), chatMessage(model));
        const result = ofChat(await http(request, signal));
        return result.is === "sent" ? { is: "sent", receipt: { requestId } } : result;
      }),
    };
  },
};

/** Makes a UUID that is equal for repetitions of one message. */
function requestIdOf(model: AlertModel): string {
  const hash = model.id;
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(12, 15)}-8${hash.slice(15, 18)}-${hash.slice(18, 30)}`;
}

/** https://developers.google.com/workspace/chat/quickstart/webhooks#start_a_message_thread */
function inThread(url: string, requestId: string): string {
  const target = URL.parse(url);
  if (target === null) return url;
  target.searchParams.set("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
  target.searchParams.set("requestId", requestId);
  return target.href;
}

/**
 * Converts an answer to a result. A wrong key gives 400 with this reason (https://cloud.google.com/apis/design/errors,
 * google.api.ErrorReason).
 */
function ofChat(outcome: HttpOutcome): SendResult {
  const wrongKey = outcome.is === "answer" && outcome.status === 400 && outcome.text.includes('"API_KEY_INVALID"');
  return wrongKey ? badCredentials("answered 400; check its credentials") : ofHttp(outcome, CREATED);
}
