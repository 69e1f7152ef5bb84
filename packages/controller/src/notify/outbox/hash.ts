import { createHash } from "node:crypto";
import type { AlertMember, AlertModel, Detail } from "../alert.ts";
import { isLow, outlookOf } from "./level.ts";

/**
 * Hashes the content that causes an update when it changes; values that change only with time are excluded. An
 * outcome's hash depends only on how its members ended, since facts may be forgotten later.
 */
export function contentHash(model: Omit<AlertModel, "id">, detail: Detail): string {
  const { members, severity, ask, stakes, doing, missing, impact } = model;
  const content =
    model.phase === "outcome"
      ? members.map((one) => [one.incident, one.outcome, one.marginSeconds])
      : detail === "full"
        ? { members, severity, ask, stakes, doing, missing }
        : {
            members: members.map(newsOf).toSorted(),
            severity,
            ask,
            low: impact.filter(isLow).map((one) => `${one.cluster} ${one.service} ${one.survives}`),
          };
  return digest(JSON.stringify(content)).slice(0, 32);
}

/** What is news about a member: who it is, and whether its end is certain. */
const newsOf = (member: AlertMember): string => `${member.incident} ${outlookOf(member)}`;

/**
 * Makes the id of a message of an alert: equal in all its attempts, also by another process, and different for the next
 * message with the same content (`repeatEvery`).
 *
 * @param sent number of messages that the channel has sent before
 */
export const messageId = ({ recordId }: Pick<AlertModel, "recordId">, sent: number, content: string): string =>
  digest(`${recordId}/${sent}/${content}`);

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
