import {
  type AlertModel,
  type Doc,
  type Incident,
  type Key,
  owedByGroup,
  type Policy,
  SpotkeeperError,
} from "@spotkeeper/controller";
import type { Ms } from "@spotkeeper/simulator";
import { isWatched } from "../../run-to-end.ts";
import { allOf } from "../swarm-policy.ts";
import { OUTAGE_KINDS, type OutageKind } from "../dimensions/outages.ts";
import type { SwarmFleet } from "../swarm-fleet.ts";
import type { Ended } from "./scene.ts";
import type { Family } from "./family.ts";
import { wasOut } from "./outage-at.ts";

/** Nothing is left to do at the end. */
export const closing: Family = {
  names: [],
  watch: () => ({}),
  atEnd: {
    "each effect takes place once": ({ fleet }) =>
      fleet.world.oracle.duplicates().map(({ kind, key, count }) => `${kind} ${key}: ${count} times`),

    "every incident closes": ({ incidents, at, policy }) =>
      [...incidents]
        .filter(([, one]) => one.closedAt === null && !isWatched(one) && !hasJustBegun(one, at, policy))
        .map(([key, { steps, owed }]) => {
          const open = [...steps, ...owed].filter(({ state }) => state === "waiting" || state === "intended");
          return `${key} is open: ${open.map(({ id, reason }) => `${id} (${reason ?? "no reason"})`).join(", ")}`;
        }),

    // An instance that somebody else ended first was not interrupted, even if a late warning says so.
    "every warning is reported, and its outcome": ({ fleet, incidents, told, refused }) =>
      fleet.world.oracle
        .facts()
        .filter(
          ({ instanceId, warnedAt, diedAt }) => warnedAt !== null && (diedAt !== null || isRunning(fleet, instanceId)),
        )
        .filter(({ instanceId }) => !isTold([...told, ...refused], instanceId))
        .filter(({ instanceId }) => !refused.some((alert) => waitsForOthers(alert, instanceId, incidents)))
        .map(({ instanceId }) => `nobody was told how the interruption of ${instanceId} ended`),

    "the worker has no bug": ({ failures, ...ended }) =>
      failures
        .filter(({ at, error }) => !isOfOutage(ended, at, error))
        .map(
          ({ what, error }) => `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        ),

    "at the end nothing is owed and no document is due": (ended) => [
      ...[...ended.docs.values()].flatMap((doc) => (isWaitedFor(doc, ended) ? [] : owedBy(doc))),
      ...ended.due
        .filter((key) => ended.docs.get(key)?.wakeAt === null)
        .map((key) => `${key} is due in the ledger, and is settled`),
    ],
  },
};

/** Returns true if the document stays awake for an open incident that only waits for a possible warning. */
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
    case "evidence":
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
      const { replacing } = doc.body;
      const open = Object.entries(replacing).filter(([, { state }]) => !SETTLED.has(state));
      return [
        ...wakes,
        ...owedByGroup(doc.body).map((what) => `${doc.key} still owes ${what}`),
        ...open.map(([key, { state }]) => `${doc.key} still replaces for ${key}: ${state}`),
      ];
    }
    case "service":
    case "silence":
    case "evidence":
      return wakes;
  }
}

const SETTLED: ReadonlySet<string> = new Set(["settled", "refused", "cancelled"]);

/** Longer than an instance needs to end by itself, and shorter than a world goes on after its last event. */
const JUST: Ms = 3_600_000;

/**
 * Returns true for an incident that opened lately and whose steps all have time left. Some worlds never come to rest: a
 * group whose launching hook nobody answers launches again each time the hook is abandoned. An instance that its group
 * ends has all the time that the policy gives it.
 */
const hasJustBegun = ({ openedAt, steps, owed }: Incident, at: Ms, policy: Policy): boolean =>
  at - openedAt < JUST + Math.max(...allOf(policy, "drainWithin")) &&
  [...steps, ...owed].every(({ settledAt, abandonAt }) => settledAt !== null || abandonAt > at);

/**
 * The errors that an outage may cause in the log: a store that is away fails for every caller. All other errors are
 * bugs.
 */
const LOGGED_FOR: { readonly [kind in OutageKind]?: SpotkeeperError["code"] } = {
  "ledger full": "SK-LEDGER-FULL",
  "ledger away": "SK-LEDGER-UNAVAILABLE",
  "archive away": "SK-ARCHIVE-UNAVAILABLE",
  "channel refuses": "SK-ALERT-UNTOLD",
};

const isOfOutage = (scene: Pick<Ended, "spec" | "began">, at: Ms, error: unknown): boolean =>
  error instanceof SpotkeeperError &&
  OUTAGE_KINDS.some((kind) => LOGGED_FOR[kind] === error.code && wasOut(scene, at, at, [kind]));

const isRunning = ({ world }: SwarmFleet, instanceId: string): boolean =>
  world.instances.get(instanceId)?.state === "running";

const isTold = (sent: readonly AlertModel[], instanceId: string): boolean =>
  sent.some(({ members }) => members.some(({ subject, outcome }) => subject === instanceId && outcome !== null));

/**
 * Returns true if the alert must wait for its other members: a channel that refused an alert for good gets it again
 * only when every instance of the alert has ended (docs/alert.md), and one that was only recommended is watched for
 * long.
 */
const waitsForOthers = (
  { members }: AlertModel,
  instanceId: string,
  incidents: ReadonlyMap<string, Incident>,
): boolean =>
  members.some(({ subject }) => subject === instanceId) &&
  members.some(({ incident }) => incidents.get(incident)?.closedAt === null);
