import type { Doc } from "../../model/doc.ts";
import type { Plain } from "../../model/plain.ts";
import type { AlertView } from "./schema.ts";
import { timeOf, timeOrNull } from "./time.ts";

/** Makes the view of an alert and its sends; without receipts, which only channels need. */
export function alertView({ key, wakeAt, body }: Pick<Doc<"alert">, "key" | "wakeAt" | "body">): AlertView {
  return {
    key,
    route: body.route,
    generation: body.generation,
    open: wakeAt !== null,
    account: text(body.group["account"]),
    region: text(body.group["region"]),
    cluster: text(body.group["cluster"]),
    group: text(body.group["group"]),
    openedAt: timeOf(body.openedAt),
    flushAt: timeOf(body.flushAt),
    size: body.size,
    withheld: body.withheld.map(({ code, text: why, channel }) => ({ reason: code, text: why, channel })),
    sends: Object.entries(body.sends).map(([channel, { state, attempts, retryAt, reason, missed }]) => ({
      channel,
      state,
      attempts,
      retryAt: timeOrNull(retryAt),
      reason: reason ?? missed?.final ?? missed?.owed?.reason ?? null,
    })),
  };
}

const text = (value: Plain | undefined): string | null => (typeof value === "string" ? value : null);
