import { z } from "zod";
import { type Received, type Receiver, type Reply, startReceiver } from "../receiver.ts";

/** https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
const embed = z.strictObject({
  title: z.string().min(1).max(256).optional(),
  description: z.string().min(1).max(4_096),
  url: z.url().optional(),
  color: z.int().min(0).max(0xff_ff_ff),
});
/** https://docs.discord.com/developers/resources/webhook#execute-webhook and #edit-webhook-message */
const message = z.strictObject({
  content: z.string().min(1).max(2_000),
  embeds: z
    .array(embed)
    .min(1)
    .max(10)
    .refine(
      (all) => all.reduce((sum, one) => sum + (one.title?.length ?? 0) + one.description.length, 0) <= 6_000,
      "more than 6,000 characters in all embeds",
    ),
  /** Without it an edit is parsed with default allowances. */
  allowed_mentions: z.strictObject({ parse: z.array(z.never()) }),
});

const HOOK = "/api/webhooks/223704706495545344/s3cr3t-token";

export interface Discord extends Receiver {
  readonly hookUrl: string;
  /** Each content that a message has had, by its id. */
  readonly messages: Map<string, string[]>;
  /** Messages in threads that were archived meanwhile. */
  readonly archived: Set<string>;
  readonly problems: string[];
  /** Refuses the next edit with this status and code. */
  failNextEdit(status: number, code: number): void;
}

/** Discord as strict as its documentation, for one webhook. */
export async function startDiscord(): Promise<Discord> {
  const messages = new Map<string, string[]>();
  const archived = new Set<string>();
  const problems: string[] = [];
  let nextEdit: readonly [number, number] | null = null;

  /** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json; it may repeat what it was asked. */
  const failed = (status: number, code: number, request: Received): Reply => ({
    status,
    body: JSON.stringify({ code, message: request.path }),
  });
  const shown = (id: string): Reply => ({ status: 200, body: JSON.stringify({ id, type: 0, webhook_id: "2237" }) });

  function answered(request: Received): Reply {
    const parsed = message.safeParse(JSON.parse(request.body));
    if (!parsed.success) {
      problems.push(parsed.error.message);
      return failed(400, 50_035, request);
    }
    const { pathname, searchParams } = new URL(request.path, "http://discord");
    if (request.method === "POST" && pathname === HOOK && searchParams.get("wait") === "true") {
      const id = `11980000000000000${messages.size + 10}`;
      messages.set(id, [request.body]);
      return shown(id);
    }
    const id = pathname.startsWith(`${HOOK}/messages/`) ? pathname.slice(`${HOOK}/messages/`.length) : null;
    if (request.method !== "PATCH" || id === null) {
      problems.push(`nothing is at ${request.method} ${request.path}`);
      return failed(404, 0, request);
    }
    const failure = nextEdit;
    nextEdit = null;
    if (failure !== null) return failed(...failure, request);
    const versions = messages.get(id);
    if (versions === undefined) return failed(404, 10_008, request);
    if (archived.has(id)) return failed(400, 50_083, request);
    versions.push(request.body);
    return shown(id);
  }

  const receiver = await startReceiver((request, how) => {
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) problems.push("not JSON");
    if (how === "denied") return failed(401, 50_027, request);
    if (how === "gone") return failed(404, 10_015, request);
    return how === "ok" ? answered(request) : null;
  });
  return {
    ...receiver,
    hookUrl: `${receiver.url}${HOOK}`,
    messages,
    archived,
    problems,
    failNextEdit: (...failure) => (nextEdit = failure),
  };
}
