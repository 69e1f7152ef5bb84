import type { Doc, Key } from "@spotkeeper/controller";
import type { Ended, Family } from "./family.ts";

/** Nothing is left to do once all has come to rest. */
export const closing: Family = {
  names: [],
  watch: () => ({}),
  atEnd: {
    "nothing is owed, and nothing wakes": (ended) => [
      ...[...ended.docs.values()].flatMap((doc) => (isWaitedFor(doc, ended) ? [] : owedBy(doc))),
      ...ended.due
        .filter((key) => ended.docs.get(key)?.wakeAt === null)
        .map((key) => `${key} is due in the ledger, and is settled`),
    ],
  },
};

/** An incident that only waits to see whether a warning follows keeps itself, its alerts and its group awake. */
function isWaitedFor(doc: Doc, { incidents }: Ended): boolean {
  const watched = [...incidents].filter(([, one]) => one.closedAt === null);
  switch (doc.kind) {
    case "incident":
      return doc.body.closedAt === null;
    case "alert":
      return watched.some(([, { alerts }]) => alerts.some(({ key }) => key === doc.key));
    case "group":
      return watched.some(([key]) => doc.body.replacing[key] !== undefined);
    case "service":
      return watched.some(([key]) => doc.body.heldFor === key);
    case "silence":
      return false;
  }
}

function owedBy(doc: Doc): string[] {
  const wakes = doc.wakeAt === null ? [] : [`${doc.key} wakes at ${new Date(doc.wakeAt).toISOString()}`];
  switch (doc.kind) {
    case "incident": {
      const { steps, owed } = doc.body;
      const left = owed.filter(({ state }) => state === "waiting" || state === "intended");
      const begun = steps.filter(({ state }) => state === "intended");
      return [...wakes, ...[...left, ...begun].map(({ id }): Key => `${doc.key} has closed, and ${id} is left`)];
    }
    case "alert": {
      const unsent = Object.entries(doc.body.sends).filter(([, { state }]) => state === "intended" || state === "due");
      return [...wakes, ...unsent.map(([channel]) => `${doc.key} has news left for ${channel}`)];
    }
    case "group": {
      const { baseline, replacing, fallback } = doc.body;
      const open = Object.entries(replacing).filter(([, { state }]) => !SETTLED.has(state));
      return [
        ...wakes,
        ...(baseline === null ? [] : [`${doc.key} still keeps what its capacity was`]),
        ...(fallback === null ? [] : [`${doc.key} still has On-Demand instances for a time`]),
        ...open.map(([key, { state }]) => `${doc.key} still replaces for ${key}: ${state}`),
      ];
    }
    case "service":
    case "silence":
      return wakes;
  }
}

const SETTLED: ReadonlySet<string> = new Set(["settled", "refused", "cancelled"]);
