import type { Ms } from "../clock.ts";
import type { Facet } from "../inventory/inventory.ts";

const SECOND: Ms = 1_000;
const MINUTE: Ms = 60 * SECOND;
const HOUR: Ms = 60 * MINUTE;

/** `act`: what draining needs. `tell`: what is at stake as well, for people. */
export type Depth = "act" | "tell";

/** How old a facet may be before it is asked again: `act` for draining, `tell` for what people read. */
export interface Freshness {
  readonly act: Ms;
  readonly tell: Ms;
}

/**
 * Draining uses safe effects, which a stale fact cannot make harmful, so that it asks only for what is unknown or likely
 * to have changed its meaning. What people read is as new as the calls it costs allow.
 */
export const freshness: Readonly<
  Record<Exclude<Facet, "failure" | "announced" | "fleet" | "agents" | "evidence">, Freshness>
> = {
  // Tags, addresses and type last as long as the instance; its state comes by events.
  instance: { act: 24 * HOUR, tell: 5 * MINUTE },
  // Moves only by attach, detach and standby.
  membership: { act: HOUR, tell: 5 * MINUTE },
  // Target groups and hooks change with deployments; capacity is read again before it is written.
  group: { act: HOUR, tell: 5 * MINUTE },
  hooks: { act: HOUR, tell: HOUR },
  // Read again by the replacement gates; the sweeper keeps it for people.
  refreshing: { act: HOUR, tell: HOUR },
  // What an instance is registered as changes seldom, and by events.
  container: { act: HOUR, tell: HOUR },
  // That it is registered nowhere is believed for a shorter time: see `NOT_IN_CLUSTER`.
  searched: { act: HOUR, tell: HOUR },
  // Tasks come and go by the minute.
  tasks: { act: 10 * MINUTE, tell: 30 * SECOND },
  task: { act: MINUTE, tell: 30 * SECOND },
  // Counts change while a storm runs; a storm's incidents share one answer.
  service: { act: 10 * MINUTE, tell: 30 * SECOND },
  // A revision never changes.
  taskDefinition: { act: Infinity, tell: Infinity },
  // Type and protocol cannot be changed.
  targetGroup: { act: 24 * HOUR, tell: 24 * HOUR },
  // Made and deleted with deployments; what is in them is `health`.
  targetGroups: { act: HOUR, tell: 10 * MINUTE },
  // Holds the instances as well: one call says who is registered where.
  classicLoadBalancers: { act: 10 * MINUTE, tell: MINUTE },
  attributes: { act: HOUR, tell: HOUR },
  // Whether a target is the last healthy one is watched every three seconds while it is held.
  health: { act: MINUTE, tell: 2 * SECOND },
  clusters: { act: HOUR, tell: HOUR },
  cluster: { act: HOUR, tell: HOUR },
  capacityProviders: { act: HOUR, tell: HOUR },
  discovery: { act: 10 * MINUTE, tell: MINUTE },
  lattice: { act: 10 * MINUTE, tell: MINUTE },
};

/** An instance joins its cluster a minute or two after it starts: "in no cluster" may be over by then. */
export const NOT_IN_CLUSTER: Ms = 2 * MINUTE;

/** "Not found" and "denied" stay true for a while: asking again at once only costs calls. */
export const SETTLED_FAILURE: Ms = 30 * SECOND;
