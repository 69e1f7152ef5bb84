import { createHash } from "node:crypto";
import type { AlertModel, Detail } from "../alert.ts";

/**
 * Tells whether there is something new to tell; nothing in it counts down. An outcome depends on how its members ended
 * alone: what was known of them may be forgotten meanwhile, and that is no news.
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
