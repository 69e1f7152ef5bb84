import type { AlertModel, Doc, Incident, Key, Policy } from "@spotkeeper/controller";
import type { Ms, Simulator } from "@spotkeeper/simulator";
import type { ByPeople } from "../happenings.ts";
import type { Heard } from "../queue.ts";
import type { SwarmFleet } from "../swarm-fleet.ts";
import type { SwarmWorld } from "../world.ts";
import type { Looks } from "./looks.ts";
import type { WorldRecord } from "./record.ts";

/** One message as a channel got it. */
export interface SentAlert {
  readonly at: Ms;
  readonly channel: string;
  readonly alert: AlertModel;
}

/** What is there to look at while a world is played. The lists grow. */
export interface Scene {
  readonly spec: SwarmWorld;
  readonly fleet: SwarmFleet;
  readonly people: ByPeople;
  readonly policy: Policy;
  readonly simulator: Simulator;
  /** The instant from which the seconds of what happens count. */
  readonly began: Ms;
  readonly record: WorldRecord;
  readonly sent: readonly SentAlert[];
  /** Messages that the queue has had, as they are. */
  readonly heard: readonly Heard[];
  /** Instants at which a life of the worker began. */
  readonly births: readonly Ms[];
}

/** A world after its last event has come to rest, and what the worker said of it. */
export interface Ended extends Scene {
  readonly looks: Looks;
  readonly docs: ReadonlyMap<Key, Doc>;
  readonly incidents: ReadonlyMap<Key, Incident>;
  /** Keys that the ledger still has due, whenever that is. */
  readonly due: readonly Key[];
  /** What any channel took. */
  readonly told: readonly AlertModel[];
  /** What the channel refused for good: nobody was told, and it is not the worker's fault. */
  readonly refused: readonly AlertModel[];
  readonly failures: readonly { readonly at: Ms; readonly what: string; readonly error: unknown }[];
  readonly at: Ms;
}

/** Returns what breaks, in plain words; empty where nothing does. */
export type Check = (ended: Ended) => readonly string[];
