import { z } from "zod";
import type { Plain } from "../../../model/plain.ts";
import type { AlertModel } from "../../alert.ts";
import { undelivered } from "./answers.ts";

/** Where a mail stands in the thread of its alert. */
export interface MailThread {
  /** Equal for repetitions, so that mail programs show only one. */
  readonly messageId: string;
  /** The first mail of the alert; null if this is the first. */
  readonly root: string | null;
  /** The subject of the first mail; null if there is none yet. */
  readonly subject: string | null;
}

/** What is stored with the alert. An earlier version stored no subject. */
const sent = z.object({ subject: z.string().min(1) });

/**
 * Returns where the next mail stands. Pure. Gmail puts mails into one thread only if they refer to a mail that exists and
 * have the same subject (https://developers.google.com/workspace/gmail/api/guides/threads), so the first mail has the id
 * to which all others refer, and all others have its subject.
 */
export function threadOf(previous: Plain, { id, recordId }: AlertModel, owed: Plain = null): MailThread {
  const root = `<${recordId}@spotkeeper>`;
  const subject = sent.safeParse(previous).data?.subject ?? null;
  const messageId = undelivered.safeParse(owed).data?.messageId ?? (previous === null ? root : `<${id}@spotkeeper>`);
  return { messageId, root: messageId === root ? null : root, subject };
}
