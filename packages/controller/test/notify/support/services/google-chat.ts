import { z } from "zod";
import { type Received, type Receiver, type Reply, startReceiver } from "../receiver.ts";

/** Plain text with `<b>`, `<i>`, `<font color>` and `<br>` alone: https://developers.google.com/workspace/chat/format-messages#card-formatting */
const html = z
  .string()
  .min(1)
  .regex(/^(?:[^<>&]|&(?:amp|lt|gt);|<\/?[bi]>|<font color="#[0-9a-f]{6}">|<\/font>|<br>)*$/);

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/Card */
const widget = z.union([
  z.strictObject({ textParagraph: z.strictObject({ text: html }) }),
  z.strictObject({
    buttonList: z.strictObject({
      buttons: z
        .array(
          z.strictObject({
            text: z.string().min(1),
            onClick: z.strictObject({ openLink: z.strictObject({ url: z.url() }) }),
          }),
        )
        .min(1),
    }),
  }),
]);
const section = z.strictObject({
  header: html.optional(),
  collapsible: z.boolean().optional(),
  widgets: z.array(widget).min(1),
});
const card = z.strictObject({
  sections: z
    .array(section)
    .min(1)
    .refine((all) => all.flatMap((one) => one.widgets).length <= 100, "more than 100 widgets"),
});
/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages */
const message = z.strictObject({
  fallbackText: z.string().min(1),
  thread: z.strictObject({ threadKey: z.string().min(1).max(4_000) }),
  cardsV2: z.array(z.strictObject({ cardId: z.string().min(1), card })).length(1),
});
/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create#query-parameters */
const query = z.strictObject({
  key: z.literal("s3cr3t-key"),
  token: z.literal("s3cr3t-token="),
  messageReplyOption: z.enum(["REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD", "REPLY_MESSAGE_OR_FAIL"]),
  requestId: z.uuidv4(),
});
/** Text and cards together (same page). */
const MOST_BYTES = 32_000;

export interface GoogleChat extends Receiver {
  readonly hookUrl: string;
  /** What stands in the space, by thread. */
  readonly threads: Map<string, string[]>;
  readonly problems: string[];
}

/** Google Chat as strict as its documentation, for one space's webhook. */
export async function startGoogleChat(): Promise<GoogleChat> {
  const threads = new Map<string, string[]>();
  const byRequest = new Map<string, string>();
  const problems: string[] = [];

  /** https://cloud.google.com/apis/design/errors#error_model; it may repeat what it was asked. */
  const failed = (request: Received, code: number, status: string, reason = ""): Reply => ({
    status: code,
    body: JSON.stringify({ error: { code, status, message: request.path, details: [{ reason }] } }),
  });

  function created(request: Received): Reply {
    const url = new URL(request.path, "http://chat");
    const asked = query.safeParse(Object.fromEntries(url.searchParams));
    const body = message.safeParse(JSON.parse(request.body));
    if (url.pathname !== "/v1/spaces/AAAA/messages") problems.push(`nothing is at ${url.pathname}`);
    if (Buffer.byteLength(request.body) > MOST_BYTES) problems.push("more than 32,000 bytes");
    if (!asked.success) problems.push(asked.error.message);
    if (!body.success) problems.push(body.error.message);
    if (!asked.success || !body.success) return failed(request, 400, "INVALID_ARGUMENT");
    const { requestId } = asked.data;
    const { threadKey } = body.data.thread;
    if (!byRequest.has(requestId)) {
      threads.set(threadKey, [...(threads.get(threadKey) ?? []), request.body]);
      byRequest.set(requestId, `spaces/AAAA/messages/${byRequest.size + 1}`);
    }
    // Webhooks are told the names alone (same page).
    const name = byRequest.get(requestId);
    return { status: 200, body: JSON.stringify({ name, thread: { name: "spaces/AAAA/threads/1", threadKey } }) };
  }

  const receiver = await startReceiver((request, how) => {
    if (request.method !== "POST") problems.push(`${request.method} is not POST`);
    if (request.headers["content-type"] !== "application/json; charset=utf-8") problems.push("not JSON in UTF-8");
    if (how === "denied") return failed(request, 400, "INVALID_ARGUMENT", "API_KEY_INVALID");
    return how === "ok" ? created(request) : null;
  });
  return {
    ...receiver,
    hookUrl: `${receiver.url}/v1/spaces/AAAA/messages?key=s3cr3t-key&token=s3cr3t-token%3D`,
    threads,
    problems,
  };
}
