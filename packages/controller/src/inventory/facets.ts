import type { Facet } from "./inventory.ts";

/**
 * Maximum number of entries of each facet, about 1 kB each. Beyond it the least recently observed are removed. Facets
 * about instances, tasks and failures would grow without end; the others have about as many entries as the account has
 * resources.
 */
export const capacities: Readonly<Record<Facet, number>> = {
  instance: 50_000,
  membership: 50_000,
  group: 20_000,
  hooks: 20_000,
  refreshing: 20_000,
  fleet: 50_000,
  agents: 50_000,
  container: 50_000,
  searched: 50_000,
  tasks: 50_000,
  task: 20_000,
  announced: 20_000,
  service: 20_000,
  taskDefinition: 20_000,
  targetGroup: 20_000,
  targetGroups: 1_000,
  classicLoadBalancers: 1_000,
  attributes: 20_000,
  health: 20_000,
  clusters: 1_000,
  cluster: 20_000,
  capacityProviders: 1_000,
  discovery: 20_000,
  lattice: 20_000,
  evidence: 20_000,
  failure: 5_000,
};

export const facets: readonly Facet[] = Object.keys(capacities) as Facet[];

export const isFacet = (name: string): name is Facet => Object.hasOwn(capacities, name);

/** Facets about short-lived resources: an entry that was not observed for long is removed. */
export const passing: readonly Facet[] = [
  "instance",
  "membership",
  "fleet",
  "container",
  "searched",
  "tasks",
  "task",
  "announced",
  "failure",
];
