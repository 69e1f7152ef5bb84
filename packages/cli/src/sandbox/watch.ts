import type { Entry, Incident, Key, Tap } from "@spotkeeper/controller";
import { type CallTally, createCallTally } from "../simulate/call-tally.ts";

/** An event in the life of an incident. Times are simulated epoch milliseconds. */
export type IncidentEvent = {
  readonly at: number;
  readonly incident: Key;
  readonly body: Incident;
} & (
  | { readonly is: "opened" }
  | { readonly is: "drained"; readonly marginSeconds: number | null }
  | { readonly is: "closed" }
);

export interface Watch {
  /** The worker calls it. */
  readonly tap: Tap;
  /** The latest state of each incident, in the order in which they opened. */
  readonly incidents: ReadonlyMap<Key, Incident>;
  readonly calls: CallTally;
}

/** Keeps what the worker reports, and calls `onIncidentEvent` for each event. */
export function createWatch(onIncidentEvent: (event: IncidentEvent) => void): Watch {
  const incidents = new Map<Key, Incident>();
  const opened = new Set<Key>();
  const calls = createCallTally();

  const tell = (key: Key, body: Incident, entries: readonly Entry[]): void => {
    const about = { incident: key, body };
    if (!opened.has(key)) {
      opened.add(key);
      onIncidentEvent({ ...about, is: "opened", at: body.openedAt });
    }
    for (const { at, kind, data } of entries) {
      const { marginSeconds } = data;
      if (kind === "outcome") onIncidentEvent({ ...about, is: "closed", at });
      else if (kind === "state" && marginSeconds !== undefined)
        onIncidentEvent({
          ...about,
          is: "drained",
          at,
          marginSeconds: typeof marginSeconds === "number" ? marginSeconds : null,
        });
    }
  };

  return {
    incidents,
    calls,
    tap: {
      onCall: calls.add,
      onAccepted: (doc) => void incidents.set(doc.key, doc.body),
      onEntries(doc, entries) {
        if (doc.kind !== "incident") return;
        incidents.set(doc.key, doc.body);
        // Skip journal entries of other documents that one of its steps wrote.
        tell(
          doc.key,
          doc.body,
          entries.filter(({ key }) => key === doc.key),
        );
      },
    },
  };
}

/** Returns true while an incident must still be drained before its deadline: then the sandbox runs slowly. */
export const isAtStake = ({ closedAt, drainedAt, cancelledAt, deadline, mode }: Incident, now: number): boolean =>
  closedAt === null &&
  drainedAt === null &&
  cancelledAt === null &&
  mode !== "observe" &&
  deadline !== null &&
  deadline > now;
