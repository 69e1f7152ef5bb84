import { createHmac } from "node:crypto";
import { z } from "zod";
import type { Channel } from "../alert.ts";
import type { ChannelDeps, ChannelFactory } from "./channel.ts";
import { allow as allowed, reference, urlOrReference } from "./support/options.ts";
import { askToMend, fillOwn, makesJson, template } from "./support/template.ts";
import { renderJson } from "../render/json.ts";
import { type Accepted, ofHttp } from "./support/result.ts";
import { isPage } from "./support/unexpected.ts";
import { sendWith } from "./support/secrets.ts";

export interface WebhookOptions {
  readonly type: "webhook";
  /** The URL, or a reference if it contains a secret. */
  readonly url: string;
  /** A reference to the signing key; without it requests are not signed. */
  readonly secret?: string | undefined;
  /** Hosts, addresses and ranges that may be called although they are not public; http is allowed for hosts named here. */
  readonly allow?: readonly string[] | undefined;
  /** A LiquidJS template of the body, with the fields of the JSON; without it the body is the JSON. */
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
}

const JSON_TYPE = "application/json";
const isJson = (contentType: string | undefined): boolean =>
  /^[\w.+-]+\/([\w.+-]+\+)?json\b/.test(contentType ?? JSON_TYPE);

const MOST_BYTES = 256 * 1024;

/** Receivers are the user's own, and their answers free; but none of them shows a page for a browser. */
const TAKEN: Accepted = {
  says: "a 2xx that is not an HTML page",
  receipt: (answer) => (isPage(answer) ? undefined : null),
};

/**
 * POSTs each alert as JSON (render/json.ts) to a URL. With a secret, `X-Spotkeeper-Signature: t=<unix
 * seconds>,v1=<hex>` contains the HMAC-SHA256 of `<t>.<body>`: receivers should compare in constant time, and drop
 * requests older than five minutes. `Idempotency-Key` is the same for repetitions of one message.
 */
export const webhookChannel: ChannelFactory<z.ZodType<WebhookOptions>> = {
  options: z
    .strictObject({
      type: z.literal("webhook"),
      url: urlOrReference,
      secret: reference.optional(),
      allow: allowed,
      body: template("none").optional(),
      contentType: z
        .string()
        .regex(/^[\w.+-]+\/[\w.+-]+(; ?charset=utf-8)?$/i, "wants a media type such as text/plain")
        .optional(),
    })
    .refine(({ body, contentType }) => body === undefined || !isJson(contentType) || makesJson(body), {
      path: ["body"],
      error:
        'a template that makes JSON of any name: put text through the json filter, as in {"text": {{ headline | json }}}',
    }),
  create(options: WebhookOptions, deps: ChannelDeps): Channel {
    const { url, secret, allow = [] } = options;
    const { clock } = deps;
    const http = deps.http(allow);
    return {
      updates: "full",
      pace: null,
      send: sendWith(deps.secret, { url, secret }, async ({ url: target, secret: key }, model, _previous, signal) => {
        const now = clock.now();
        const id = model.id;
        const kind = isJson(options.contentType) ? "json" : "none";
        const own = options.body === undefined ? null : fillOwn({ name: "body", text: options.body, kind }, model, now);
        const fault = own?.is === "fault" ? own.fault : null;
        const body =
          own?.is === "filled"
            ? own.text
            : renderJson(askToMend(model, fault === null ? [] : [fault]), now, MOST_BYTES);
        const headers = {
          "content-type": fault === null ? (options.contentType ?? JSON_TYPE) : JSON_TYPE,
          "user-agent": "spotkeeper",
          "idempotency-key": id,
          ...(key === undefined ? {} : { "x-spotkeeper-signature": signature(key, Math.floor(now / 1_000), body) }),
        };
        const result = ofHttp(await http({ method: "POST", url: target, headers, body }, signal), TAKEN);
        if (result.is === "sent") return { is: "sent", receipt: { id } };
        // The receiver may want the form of the template only.
        return fault === null ? result : { ...result, reason: `${result.reason}; mend its template ${fault}` };
      }),
    };
  },
};

/**
 * Makes the signature `t=1767225600,v1=5257a869…`. The time is signed, too, so that a recorded request cannot be used
 * later.
 */
export function signature(key: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac("sha256", key).update(`${seconds}.${body}`).digest("hex")}`;
}
