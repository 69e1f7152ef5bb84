import { describe } from "../signal/says.ts";
import type { FlowDeps } from "../flow-deps.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Bus } from "./bus.ts";
import type { Metrics } from "./metrics.ts";
import { alertView } from "./view/alert.ts";
import { entryView } from "./view/entry.ts";
import { summaryView } from "./view/incident.ts";

export interface ObserverDeps {
  readonly metrics: Pick<Metrics, "parsed" | "entries">;
  readonly bus: Pick<Bus, "publish">;
  /** A mistake in here must not stop the handling: it is told, and the rest goes on. */
  readonly onFailure: (error: unknown) => void;
}

/** The flow's hooks, turned into metrics and into what live readers see. */
export function createObservers({
  metrics,
  bus,
  onFailure,
}: ObserverDeps): Pick<FlowDeps, "onParsed" | "onAccepted" | "onEntries"> {
  const quietly = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      onFailure(error);
    }
  };
  const changed = (doc: Doc): void => {
    if (doc.kind === "incident") bus.publish("incident", () => summaryView(doc));
    if (doc.kind === "alert") bus.publish("alert", () => alertView(doc));
  };
  const noted = (doc: Doc, entry: Entry): void => {
    // A step may add to the journals of others, too: those tell it themselves.
    if (doc.kind === "incident" && entry.key === doc.key)
      bus.publish("entry", () => entryView(doc.key, doc.body, entry));
  };

  return {
    onParsed: (parsed, origin) => quietly(() => metrics.parsed(parsed, origin)),
    onAccepted(doc, signal, fresh) {
      if (!fresh) return;
      const { kind, at, receivedAt, source } = signal;
      quietly(() => {
        noted(doc, {
          key: doc.key,
          at: receivedAt,
          kind: "signal",
          text: describe(signal),
          data: { kind, at, source },
        });
        changed(doc);
      });
    },
    onEntries(doc, entries) {
      quietly(() => {
        metrics.entries(doc, entries);
        for (const entry of entries) noted(doc, entry);
        changed(doc);
      });
    },
  };
}
