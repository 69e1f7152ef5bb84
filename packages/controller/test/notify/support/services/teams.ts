import { z } from "zod";
import { type Receiver, startReceiver } from "../receiver.ts";

/** https://learn.microsoft.com/en-us/adaptive-cards/schema-explorer/text-run (and rich-text-block, adaptive-card, action-open-url) */
const textRun = z.strictObject({
  type: z.literal("TextRun"),
  text: z.string().min(1),
  color: z.enum(["Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"]).optional(),
  fontType: z.enum(["Default", "Monospace"]).optional(),
  isSubtle: z.boolean().optional(),
  size: z.enum(["Default", "Small", "Medium", "Large", "ExtraLarge"]).optional(),
  weight: z.enum(["Default", "Lighter", "Bolder"]).optional(),
});
const richTextBlock = z.strictObject({
  type: z.literal("RichTextBlock"),
  inlines: z.array(textRun).min(1),
  spacing: z.enum(["Default", "None", "Small", "Medium", "Large", "ExtraLarge", "Padding"]).optional(),
});
const card = z.strictObject({
  $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
  type: z.literal("AdaptiveCard"),
  version: z.literal("1.2"),
  /** https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format#full-width-adaptive-card */
  msteams: z.strictObject({ width: z.literal("Full") }),
  body: z.array(richTextBlock).min(1),
  actions: z
    .array(z.strictObject({ type: z.literal("Action.OpenUrl"), title: z.string().min(1), url: z.url() }))
    .optional(),
});
/** https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook */
const message = z.strictObject({
  type: z.literal("message"),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal("application/vnd.microsoft.card.adaptive"),
        contentUrl: z.null(),
        content: card,
      }),
    )
    .length(1),
});
/** Documented are 28 KB, seen were 21,000 bytes (render/teams.ts). */
const MOST_BYTES = 21_000;

const PATH = "/powerautomate/automations/direct/workflows/0123/triggers/manual/paths/invoke";
const QUERY = "api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=s3cr3t-signature";

export interface Teams extends Receiver {
  readonly hookUrl: string;
  readonly problems: string[];
}

/** A workflow's trigger as strict as its documentation. */
export async function startTeams(): Promise<Teams> {
  const problems: string[] = [];
  const receiver = await startReceiver((request, how) => {
    if (request.method !== "POST") problems.push(`${request.method} is not POST`);
    if (request.path !== `${PATH}?${QUERY}`) problems.push(`nothing is at ${request.path}`);
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) problems.push("not JSON");
    if (how !== "ok") return null;
    const parsed = message.safeParse(JSON.parse(request.body));
    if (!parsed.success) problems.push(parsed.error.message);
    if (Buffer.byteLength(request.body) > MOST_BYTES) problems.push("more than Teams takes");
    // The trigger answers before the workflow has posted anything.
    return parsed.success ? { status: 202 } : { status: 400, body: '{"error":{"code":"TriggerInputSchemaMismatch"}}' };
  });
  return { ...receiver, hookUrl: `${receiver.url}${PATH}?${QUERY}`, problems };
}
