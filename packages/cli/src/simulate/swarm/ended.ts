import type { AlertModel, Incident, Key } from "@spotkeeper/controller";
import type { Ms } from "@spotkeeper/simulator";
import type { ByPeople } from "./happenings.ts";
import type { Looks } from "./looks.ts";
import type { SwarmFleet } from "./swarm-fleet.ts";
import type { SwarmWorld } from "./world.ts";

/** A world after its last event has come to rest, and what the worker said of it. */
export interface Ended {
  readonly spec: SwarmWorld;
  readonly fleet: SwarmFleet;
  readonly people: ByPeople;
  readonly looks: Looks;
  readonly incidents: ReadonlyMap<Key, Incident>;
  readonly sent: readonly AlertModel[];
  /** What the channel refused for good: nobody was told, and it is not the worker's fault. */
  readonly refused: readonly AlertModel[];
  readonly failures: readonly { readonly what: string; readonly error: unknown }[];
  readonly at: Ms;
}

export type Check = (ended: Ended) => readonly string[];
