import type { Entry, Incident, Key, Tap } from "@spotkeeper/controller";
import { type CallTally, createCallTally } from "../simulate/calls.ts";

/** What is worth a line, as it happens. Times are simulated, epoch milliseconds. */
export type Happening = {
  readonly at: number;
  readonly incident: Key;
  readonly body: Incident;
} & (
  | { readonly is: "opened" }
  | { readonly is: "drained"; readonly marginSeconds: number | null }
  | { readonly is: "closed" }
);

export interface Watch {
  /** For the worker to tell. */
  readonly tap: Tap;
  /** The newest state of every incident, in the order in which they opened. */
  readonly incidents: ReadonlyMap<Key, Incident>;
  readonly calls: CallTally;
}

/** Remembers what the worker tells, and passes on what is worth a line. */
export function createWatch(onHappening: (happening: Happening) => void): Watch {
  const incidents = new Map<Key, Incident>();
  const told = new Set<Key>();
  const calls = createCallTally();

  const tell = (key: Key, body: Incident, entries: readonly Entry[]): void => {
    const about = { incident: key, body };
    if (!told.has(key)) {
      told.add(key);
      onHappening({ ...about, is: "opened", at: body.openedAt });
    }
    for (const { at, kind, data } of entries) {
      const { marginSeconds } = data;
      if (kind === "outcome") onHappening({ ...about, is: "closed", at });
      else if (kind === "state" && marginSeconds !== undefined)
        onHappening({
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
        // What a step notes in others' journals is theirs to tell.
        tell(
          doc.key,
          doc.body,
          entries.filter(({ key }) => key === doc.key),
        );
      },
    },
  };
}

/** While such an incident is open, people want to see what is done, and every second counts. */
export const isAtStake = ({ closedAt, drainedAt, cancelledAt, deadline, mode }: Incident, now: number): boolean =>
  closedAt === null &&
  drainedAt === null &&
  cancelledAt === null &&
  mode !== "observe" &&
  deadline !== null &&
  deadline > now;
