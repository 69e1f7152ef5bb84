import type { createTransport } from "nodemailer";
import { z } from "zod";
import { abortable } from "../../../http/abortable.ts";
import type { AlertModel, Channel, SendResult } from "../../alert.ts";
import type { ChannelDeps, ChannelFactory } from "../channel.ts";
import { clean } from "../../message/clean.ts";
import { missedOf, ofSmtp, undelivered } from "./answers.ts";
import { type MailThread, threadOf } from "./thread.ts";
import { askToMend, fillOwn, template } from "../support/template.ts";
import { reference } from "../support/options.ts";
import { renderHtml } from "../../render/html.ts";
import type { Escape } from "../../render/liquid.ts";
import { renderText } from "../../render/text.ts";
import { sendWith } from "../support/secrets.ts";

export interface EmailOptions {
  readonly type: "email";
  readonly host: string;
  readonly port?: number | undefined;
  readonly security?: "starttls" | "tls" | "none" | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[] | undefined;
  readonly subjectPrefix?: string | undefined;
  readonly templates?:
    | { readonly subject?: string | undefined; readonly text?: string | undefined; readonly html?: string | undefined }
    | undefined;
}

/** Gmail cuts a message off at 102 kB: https://support.google.com/mail/answer/9190 says "clipped"; the figure is assumed. */
const MOST_HTML = 96 * 1024;
const MOST_TEXT = 96 * 1024;
const MOST_MEMBERS = 200;
/** A line is at most 998 characters (https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1); people read far fewer. */
const LONGEST_SUBJECT = 200;
/** Shorter than the time limit of a send, so that the reason contains the server's name. */
const WITHIN = 9_000;

const ADDRESS = /^[^\s@<>,;"]{1,64}@[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/i;
const address = z.string().regex(ADDRESS, "wants a mail address such as oncall@example.com");
/** `Spotkeeper <spot@example.com>` or an address alone. */
const sender = z
  .string()
  .refine(
    (text) => ADDRESS.test(/^[^<>"\r\n]{0,100}<([^<>\s]+)>$/.exec(text)?.[1] ?? text),
    "wants a mail address, or Name <address>",
  );

/**
 * Sends alerts by SMTP, as HTML and plain text, with one thread per alert (thread.ts). Encrypted unless `security: none`; nothing
 * is sent to a server that does not offer the required STARTTLS.
 */
export const emailChannel: ChannelFactory<z.ZodType<EmailOptions>> = {
  options: z
    .strictObject({
      type: z.literal("email"),
      host: z.string().min(1).max(253),
      port: z.int().min(1).max(65_535).optional(),
      security: z.enum(["starttls", "tls", "none"]).optional(),
      username: z.string().min(1).optional(),
      password: reference.optional(),
      from: sender,
      to: z.array(address).min(1).max(50),
      cc: z.array(address).max(50).optional(),
      subjectPrefix: z.string().max(60).optional(),
      templates: z
        .strictObject({ subject: template("none"), text: template("none"), html: template("html") })
        .partial()
        .optional(),
    })
    .refine((given) => (given.username === undefined) === (given.password === undefined), {
      path: ["password"],
      error: "wants username and password together, or neither",
    }),
  create(options: EmailOptions, deps: ChannelDeps): Channel {
    const { security = "starttls" } = options;
    const { host, port = security === "tls" ? 465 : 587, username } = options;
    return {
      updates: "material",
      pace: null,
      send: sendWith(
        deps.secret,
        { password: options.password },
        async ({ password }, model, previous, signal, owed) => {
          const message = messageOf(model, options, deps.clock.now(), threadOf(previous, model, owed));
          const again = undelivered.safeParse(owed ?? null).data;
          const envelope = again === undefined ? {} : { envelope: { from: options.from, to: [...again.addresses] } };
          // Loaded on first use, since loading takes longer than the rest of a worker's start.
          const mailer = await import("nodemailer");
          const transport = mailer.createTransport({
            ...{ host, port, secure: security === "tls", requireTLS: security === "starttls" },
            ignoreTLS: security === "none",
            ...(username === undefined || password === undefined ? {} : { auth: { user: username, pass: password } }),
            connectionTimeout: WITHIN,
            greetingTimeout: WITHIN,
            socketTimeout: WITHIN,
            disableFileAccess: true,
            disableUrlAccess: true,
          });
          try {
            const { rejectedErrors = [] } = await abortable(transport.sendMail({ ...message, ...envelope }), signal);
            const receipt = { subject: message.subject ?? "" };
            const missed = missedOf(rejectedErrors, message.messageId ?? "");
            return { is: "sent", receipt, ...(missed === null ? {} : { missed }) } satisfies SendResult;
          } catch (error) {
            return ofSmtp(error, host);
          } finally {
            transport.close();
          }
        },
      ),
    };
  },
};

type Message = Parameters<ReturnType<typeof createTransport>["sendMail"]>[0];

const BUILT_IN = { subject: null, text: null, html: null };

/**
 * Makes the message to send. If one of the user's templates fails, all of the mail has the built-in form, which asks to
 * mend the template. Pure.
 */
function messageOf(model: AlertModel, options: EmailOptions, now: number, thread: MailThread): Message {
  const { from, to, cc = [], templates = {}, subjectPrefix = "" } = options;
  const faults: string[] = [];
  const own = (part: "subject" | "text" | "html", kind: Escape): string | null => {
    const text = templates[part];
    if (text === undefined) return null;
    const filled = fillOwn({ name: `templates.${part}`, text, kind }, model, now);
    if (filled.is === "filled") return filled.text;
    faults.push(filled.fault);
    return null;
  };
  const made = { subject: own("subject", "none"), text: own("text", "none"), html: own("html", "html") };
  const { subject: ownSubject, text: ownText, html: ownHtml } = faults.length === 0 ? made : BUILT_IN;
  const shown = askToMend(model, faults);
  const word =
    model.phase !== "outcome" ? model.severity.toUpperCase() : model.closes ? "ENDED" : "ENDED, SOMETHING TO DO";
  const subject = clean(ownSubject ?? `[${word}] ${model.headline}`, LONGEST_SUBJECT);
  return {
    from,
    to: [...to],
    cc: [...cc],
    subject: thread.subject ?? (subjectPrefix === "" ? subject : `${subjectPrefix} ${subject}`),
    text: ownText ?? renderText(shown, { mostMembers: MOST_MEMBERS, mostBytes: MOST_TEXT }).join("\n"),
    html: ownHtml ?? renderHtml(shown, MOST_HTML),
    messageId: thread.messageId,
    ...(thread.root === null ? {} : { references: thread.root, inReplyTo: thread.root }),
    headers: {
      // https://www.rfc-editor.org/rfc/rfc3834#section-5: so that no out-of-office reply is sent.
      "Auto-Submitted": "auto-generated",
      "X-Spotkeeper-Alert": clean(model.key),
      "X-Spotkeeper-Severity": model.severity,
    },
    ...(model.severity === "critical" && model.phase !== "outcome" ? { priority: "high" as const } : {}),
  };
}
