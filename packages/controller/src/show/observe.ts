import { describe } from "../signal/kind-queries.ts";
import type { Observer } from "../flow/observer.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Bus } from "./bus.ts";
import { alertView } from "./view/alert.ts";
import { entryView } from "./view/entry.ts";
import { summaryView } from "./view/incident.ts";

/** Makes observers of the flow that publish events to live readers. */
export function showing(bus: Pick<Bus, "publish">): Pick<Required<Observer>, "onAccepted" | "onEntries"> {
  const changed = (doc: Doc): void => {
    if (doc.kind === "incident") bus.publish("incident", () => summaryView(doc));
    if (doc.kind === "alert") bus.publish("alert", () => alertView(doc));
  };
  const noted = (doc: Doc, entry: Entry): void => {
    // Entries of other documents are published with those documents.
    if (doc.kind === "incident" && entry.key === doc.key)
      bus.publish("entry", () => entryView(doc.key, doc.body, entry));
  };

  return {
    onAccepted(doc, signal, fresh) {
      if (!fresh) return;
      const { kind, at, receivedAt, source } = signal;
      noted(doc, { key: doc.key, at: receivedAt, kind: "signal", text: describe(signal), data: { kind, at, source } });
      changed(doc);
    },
    onEntries(doc, entries) {
      for (const entry of entries) noted(doc, entry);
      changed(doc);
    },
  };
}
