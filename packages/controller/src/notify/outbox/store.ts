import type { Ms } from "../../clock.ts";
import type { CommitDeps } from "../../durable/commit.ts";
import { SpotkeeperError } from "../../errors.ts";
import type { Doc } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import { plural } from "../message/count.ts";
import type { Route } from "../route.ts";
import type { Wake } from "../../wake.ts";
import { recipientsOf } from "./recipients.ts";

/** Entries in one commit, since some stores allow no more. */
const ENTRIES_A_COMMIT = 50;

export interface AlertStoreDeps {
  readonly ledger: CommitDeps<"alert">["ledger"];
  readonly wake: Wake;
  readonly onEntries?: (doc: Doc<"alert">, entries: readonly Entry[]) => Promise<void> | void;
  /** Called if an alert could not be delivered on any channel, so that it is logged. */
  readonly onUndeliverable: (error: Error) => void;
}

/** How the alert's loop commits. */
export const storeOf = ({ ledger, wake, onEntries, onUndeliverable }: AlertStoreDeps): CommitDeps<"alert"> => ({
  ledger,
  wake,
  async onEntries(doc, entries) {
    await onEntries?.(doc, entries);
    for (const { data, text } of entries)
      if (data["reason"] === UNDELIVERABLE)
        onUndeliverable(new SpotkeeperError("SK-ALERT-UNTOLD", `${doc.key}: ${text}`));
  },
});

/** Writes lines for the timelines of incidents. */
export async function note({ ledger }: Pick<AlertStoreDeps, "ledger">, entries: readonly Entry[]): Promise<void> {
  for (let from = 0; from < entries.length; from += ENTRIES_A_COMMIT)
    await ledger.commit([], entries.slice(from, from + ENTRIES_A_COMMIT));
}

export const alertEntry = (doc: Doc<"alert">, at: Ms, text: string, data: Entry["data"]): Entry => ({
  key: doc.key,
  at,
  kind: "alert",
  text,
  data,
});

const UNDELIVERABLE = "untold";

/**
 * Makes the journal entry for an alert that could not be delivered on any channel; returns null if a channel is left.
 */
export function undeliverable(doc: Doc<"alert">, route: Route, configured: readonly string[], now: Ms): Entry | null {
  if (!recipientsOf(doc.body, route, configured).lost) return null;
  const failed = Object.entries(doc.body.sends).map(([name, { reason }]) => `${name} (${reason ?? "no reason"})`);
  const text = `nobody could be told of ${plural(doc.body.size, "incident")}: ${failed.join(", ")}`;
  return alertEntry(doc, now, text, { reason: UNDELIVERABLE });
}
