import type { Ms } from "@spotkeeper/simulator";
import type { EventItem, EventKind } from "../dimensions/events.ts";
import type { SwarmFleet } from "../swarm-fleet.ts";
import type { Check, Ended } from "./ended.ts";
import { isTheirs } from "./family.ts";
import type { SwarmWorld } from "../world.ts";

/** AWS, the ledger and the clocks are all right. */
export const isUndisturbed = ({ faults, outages, clocks, messages, readLag }: SwarmWorld): boolean =>
  faults.length === 0 && outages.length === 0 && clocks.length === 0 && messages.length === 0 && readLag === 0;

/** From when the warning comes until all that leads to the instance is found, with an inventory that is empty. */
const FOUND_WITHIN: Ms = 30_000;
/** From when a worker starts until it goes on where the last one stopped. */
const BEGINS_WITHIN: Ms = 5_000;

/**
 * Draining begins when the warning is heard, and not when ECS or the end takes the rest: what still had connections is cut
 * off at the deadline. Looked at where AWS answers rightly, and no last healthy target is held.
 */
export const drainsInTime: Check = (ended) => {
  const { spec, fleet, incidents } = ended;
  if (!isUndisturbed(spec)) return [];
  const away = spec.lives.reduce((sum, { pause }) => sum + pause * 1_000 + BEGINS_WITHIN, 0);
  const held = new Set(
    [...incidents.values()]
      .filter(({ steps }) => steps.some(({ responder, state }) => responder === "hold-last" && state !== "skipped"))
      .map(({ subject }) => subject.id),
  );
  return fleet.world.oracle.facts().flatMap(({ instanceId, warnedAt, deadline, deregisteredAt }) => {
    if (isTheirs(ended, instanceId)) return [];
    if (warnedAt === null || deadline === null || deadline <= warnedAt || deregisteredAt === null) return [];
    const by = warnedAt + latestOf(instanceId, { spec, fleet }) + away + FOUND_WITHIN;
    if (deregisteredAt <= by || by >= deadline || held.has(instanceId)) return [];
    const late = Math.round((deregisteredAt - by) / 1_000);
    return [`${instanceId} took connections ${late} s longer than it takes to find them`];
  });
};

/** How late a message about the instance was at the most. */
const latestOf = (id: string, { spec, fleet }: Pick<Ended, "spec" | "fleet">): Ms =>
  Math.max(0, ...spec.events.filter((event) => isAbout(event, id, fleet)).map(({ late }) => late * 1_000));

/** These happen to others of its region beside the instance that they name. */
const TO_OTHERS: ReadonlySet<EventKind> = new Set(["warnings of its whole pool", "warning of a newcomer"]);

function isAbout({ kind, group, nth }: EventItem, id: string, { members, world }: SwarmFleet): boolean {
  const named = members.get(group)?.[nth];
  if (named === undefined) return false;
  return named.id === id || (TO_OTHERS.has(kind) && world.instances.get(id)?.region === named.region);
}
