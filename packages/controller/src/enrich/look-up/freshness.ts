import type { Ms } from "../../clock.ts";
import type { Facet } from "../../inventory/inventory.ts";

const SECOND: Ms = 1_000;
const MINUTE: Ms = 60 * SECOND;
const HOUR: Ms = 60 * MINUTE;

/** `act`: facts that draining needs. `tell`: also facts that the alert needs. */
export type Depth = "act" | "tell";

/** Maximum age of a facet before it is read again: `act` for draining, `tell` for the alert. */
export interface Freshness {
  readonly act: Ms;
  readonly tell: Ms;
}

/**
 * Draining uses safe effects, for which stale facts do no harm, so it reads only facts that are unknown or likely to
 * have changed. Facts for the alert are fresher.
 */
export const freshness: Readonly<
  Record<Exclude<Facet, "failure" | "announced" | "fleet" | "agents" | "evidence">, Freshness>
> = {
  // Tags, addresses and type are mostly constant; events update the state.
  instance: { act: 24 * HOUR, tell: 5 * MINUTE },
  // Changes only by attach, detach and standby.
  membership: { act: HOUR, tell: 5 * MINUTE },
  // Target groups and hooks change with deployments; capacity is read again before each write.
  group: { act: HOUR, tell: 5 * MINUTE },
  hooks: { act: HOUR, tell: HOUR },
  // The replacement reads it again before it acts.
  refreshing: { act: HOUR, tell: HOUR },
  // Registrations change seldom, and events update them.
  container: { act: HOUR, tell: HOUR },
  // "In no cluster" is valid for a shorter time: `NOT_IN_CLUSTER`.
  searched: { act: HOUR, tell: HOUR },
  // Tasks change every minute.
  tasks: { act: 10 * MINUTE, tell: 30 * SECOND },
  task: { act: MINUTE, tell: 30 * SECOND },
  // Counts change during a storm; its incidents share one answer.
  service: { act: 10 * MINUTE, tell: 30 * SECOND },
  // A revision never changes.
  taskDefinition: { act: Infinity, tell: Infinity },
  // Type and protocol cannot be changed.
  targetGroup: { act: 24 * HOUR, tell: 24 * HOUR },
  // Created and deleted with deployments; their targets are in `health`.
  targetGroups: { act: HOUR, tell: 10 * MINUTE },
  // Includes the registered instances.
  classicLoadBalancers: { act: 10 * MINUTE, tell: MINUTE },
  attributes: { act: HOUR, tell: HOUR },
  // A held last healthy target is polled every three seconds.
  health: { act: MINUTE, tell: 2 * SECOND },
  clusters: { act: HOUR, tell: HOUR },
  cluster: { act: HOUR, tell: HOUR },
  capacityProviders: { act: HOUR, tell: HOUR },
  discovery: { act: 10 * MINUTE, tell: MINUTE },
  lattice: { act: 10 * MINUTE, tell: MINUTE },
};

/** Maximum age of "in no cluster": an instance joins its cluster a minute or two after its start. */
export const NOT_IN_CLUSTER: Ms = 2 * MINUTE;

/** How long "not found" and "denied" are not retried. */
export const SETTLED_FAILURE: Ms = 30 * SECOND;
