import { z } from "zod";
import type { Answer } from "../../channel-contract.ts";
import { type Received, type Receiver, type Reply, startReceiver } from "../receiver.ts";

/**
 * Slack as strict as its documentation. Blocks: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block (and the
 * pages of its elements); at most 50 a message: https://docs.slack.dev/reference/block-kit/blocks. The size of all blocks
 * is not documented: https://github.com/slackapi/bolt-js/issues/2509.
 */
const style = z
  .strictObject({ bold: z.boolean(), italic: z.boolean(), strike: z.boolean(), code: z.boolean() })
  .partial();
const text = z.strictObject({ type: z.literal("text"), text: z.string().min(1), style: style.optional() });
const link = z.strictObject({ type: z.literal("link"), url: z.url(), text: z.string().min(1).optional() });
const emoji = z.strictObject({ type: z.literal("emoji"), name: z.string().regex(/^[a-z0-9_+-]+$/) });
const section = z.strictObject({
  type: z.literal("rich_text_section"),
  elements: z.array(z.union([text, link, emoji])).min(1),
});
const list = z.strictObject({
  type: z.literal("rich_text_list"),
  style: z.enum(["bullet", "ordered"]),
  elements: z.array(section).min(1),
});
const preformatted = z.strictObject({
  type: z.literal("rich_text_preformatted"),
  elements: z.array(z.union([text, link])).min(1),
});
const richText = z.strictObject({
  type: z.literal("rich_text"),
  elements: z.array(z.union([section, list, preformatted])).min(1),
});
const blocks = z
  .array(richText)
  .min(1)
  .max(50)
  .refine((all) => JSON.stringify(all).length <= 13_000, "msg_blocks_too_long");

/** 4,000 characters: https://docs.slack.dev/reference/methods/chat.update#errors; escaped: …/messaging/formatting-message-text#escaping */
const fallback = z
  .string()
  .min(1)
  .max(4_000)
  .regex(/^(?:[^<>&]|&(?:amp|lt|gt);)*$/);

const shown = { text: fallback, blocks };
/** https://docs.slack.dev/reference/methods/chat.postMessage and …/chat.update */
const ts = z.string().regex(/^\d{10}\.\d{6}$/);
const literal = { parse: z.literal("none"), link_names: z.literal(false) };
const postMessage = z.strictObject({
  ...shown,
  ...literal,
  channel: z.string().min(1),
  thread_ts: ts.optional(),
  reply_broadcast: z.literal(true).optional(),
  mrkdwn: z.literal(false),
  unfurl_links: z.literal(false),
  unfurl_media: z.literal(false),
});
const update = z.strictObject({ ...shown, ...literal, channel: z.string().regex(/^[CGD][A-Z0-9]{8,}$/), ts });
/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
const hook = z.strictObject(shown);

export interface SlackPost {
  readonly thread: string | null;
  /** Each content that it has had. */
  readonly versions: string[];
}

export interface Slack extends Receiver {
  readonly token: string;
  readonly hookUrl: string;
  /** What stands in the channel, by `ts`. */
  readonly posts: Map<string, SlackPost>;
  /** What its documentation does not allow. */
  readonly problems: string[];
  /** What the next calls of this method answer: an error, or null for what they would answer anyway. */
  failNext(method: string, ...errors: (string | null)[]): void;
}

const HOOK = "/services/T00000000/B00000000/s3cr3tHookPath";
const TOKEN = "xoxb-s3cr3t-bot-token";
const CHANNEL = "C0123456789";
const ERRORS: { readonly [A in Answer]?: string } = { denied: "invalid_auth", gone: "channel_not_found" };

export async function startSlack(): Promise<Slack> {
  const posts = new Map<string, SlackPost>();
  const problems: string[] = [];
  const failures = new Map<string, (string | null)[]>();

  /** Answers repeat the token, as a hostile or careless other side may. */
  const said = (body: object, request: Received): Reply => ({
    status: 200,
    body: JSON.stringify({ ...body, response_metadata: { echo: request.headers.authorization } }),
  });
  const wrong = (request: Received, error: string): Reply => said({ ok: false, error }, request);

  function method(name: string, request: Received): Reply {
    const failure = failures.get(name)?.shift() ?? null;
    if (failure !== null) return wrong(request, failure);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return wrong(request, "not_authed");
    const body: unknown = JSON.parse(request.body);
    return name === "chat.postMessage" ? posting(request, body) : updating(request, body);
  }

  function posting(request: Received, body: unknown): Reply {
    const message = postMessage.safeParse(body);
    if (!message.success) return invalid(request, message.error);
    const thread = message.data.thread_ts ?? null;
    // A reply's own ts is not to be replied to (chat.postMessage, thread_ts).
    if (thread !== null && posts.get(thread)?.thread !== null) problems.push("thread_ts is no parent");
    const at = `1767225600.${String(posts.size + 1).padStart(6, "0")}`;
    posts.set(at, { thread, versions: [request.body] });
    return said({ ok: true, channel: CHANNEL, ts: at, message: {} }, request);
  }

  function updating(request: Received, body: unknown): Reply {
    const message = update.safeParse(body);
    if (!message.success) return invalid(request, message.error);
    if (message.data.channel !== CHANNEL) return wrong(request, "channel_not_found");
    const existing = posts.get(message.data.ts);
    if (existing === undefined) return wrong(request, "message_not_found");
    existing.versions.push(request.body);
    return said({ ok: true, channel: CHANNEL, ts: message.data.ts, text: "", message: {} }, request);
  }

  function invalid(request: Received, error: z.ZodError): Reply {
    problems.push(error.message);
    return wrong(request, "invalid_blocks");
  }

  function hooked(request: Received): Reply {
    const message = hook.safeParse(JSON.parse(request.body));
    if (message.success) return { status: 200, body: "ok" };
    problems.push(message.error.message);
    return { status: 400, body: "invalid_payload" };
  }

  const receiver = await startReceiver((request, how) => {
    if (request.method !== "POST") problems.push(`${request.method} is not POST`);
    if (request.headers["content-type"] !== "application/json; charset=utf-8") problems.push("not JSON in UTF-8");
    const isHook = request.path === HOOK;
    const name = /^\/api\/(chat\.postMessage|chat\.update)$/.exec(request.path)?.[1];
    if (!isHook && name === undefined) problems.push(`nothing is at ${request.path}`);
    if (how === "busy" || how === "broken") return null;
    if (isHook && how === "denied") return { status: 403, body: "invalid_token" };
    if (isHook && how === "gone") return { status: 404, body: "no_service" };
    if (isHook) return hooked(request);
    const error = ERRORS[how];
    return error === undefined ? method(name ?? "", request) : wrong(request, error);
  });
  return {
    ...receiver,
    token: TOKEN,
    hookUrl: `${receiver.url}${HOOK}`,
    posts,
    problems,
    failNext: (name, ...errors) => failures.set(name, errors),
  };
}
