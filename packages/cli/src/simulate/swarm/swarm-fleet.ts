import type { Group, Instance, Region, World } from "@spotkeeper/simulator";
import type { Ours } from "./ours.ts";

/** The fleet of a world, in the simulator. */
export interface SwarmFleet extends Ours {
  readonly world: World;
  /** All places. */
  readonly regions: readonly Region[];
  /** Groups by the names of the world's items. */
  readonly groups: ReadonlyMap<string, Group>;
  /** The first instances of each group; lone instances by their names. */
  readonly members: ReadonlyMap<string, readonly Instance[]>;
  /** Ids of the lone instances. */
  readonly alone: ReadonlySet<string>;
}
