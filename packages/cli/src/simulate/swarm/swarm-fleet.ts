import type { Group, Instance, Region, World } from "@spotkeeper/simulator";
import type { Ours } from "./ours.ts";

/** A world's fleet as it stands in the simulator. */
export interface SwarmFleet extends Ours {
  readonly world: World;
  /** Every place that has something. */
  readonly regions: readonly Region[];
  /** By the names of the world's items. */
  readonly groups: ReadonlyMap<string, Group>;
  /** The instances that each group began with, and those in no group by their names. */
  readonly members: ReadonlyMap<string, readonly Instance[]>;
  /** Ids of the instances that nobody ever put in a group. */
  readonly alone: ReadonlySet<string>;
}
