import { createHash } from "node:crypto";
import type { AlertModel, Detail } from "../alert.ts";

/**
 * Hashes the content that causes an update when it changes; values that change only with time are excluded. An
 * outcome's hash depends only on how its members ended, since facts may be forgotten later.
 */
export function contentHash(model: AlertModel, detail: Detail): string {
  const { members, severity, ask, stakes, doing, missing, impact } = model;
  const content =
    model.phase === "outcome"
      ? members.map((one) => [one.incident, one.outcome, one.marginSeconds])
      : detail === "full"
        ? { members, severity, ask, stakes, doing, missing }
        : {
            members: members.map((one) => one.incident).toSorted(),
            severity,
            ask,
            low: impact
              .filter((one) => one.belowMinimum && one.doomed > 0)
              .map((one) => `${one.cluster} ${one.service}`),
          };
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 32);
}
