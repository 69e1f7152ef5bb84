import type { AlertModel, Doc, Incident, Key, Policy } from "@spotkeeper/controller";
import type { Ms, Simulator } from "@spotkeeper/simulator";
import type { ByPeople } from "../events/play-event.ts";
import type { Heard } from "../workers/queue.ts";
import type { SwarmFleet } from "../swarm-fleet.ts";
import type { SwarmWorld } from "../world.ts";
import type { TargetReads } from "./target-reads.ts";
import type { WorldRecord } from "./world-record.ts";

/** One message, as a channel received it. */
export interface SentAlert {
  readonly at: Ms;
  readonly channel: string;
  readonly alert: AlertModel;
}

/** What invariants can see while a world is played. The lists grow. */
export interface Scene {
  readonly spec: SwarmWorld;
  readonly fleet: SwarmFleet;
  readonly people: ByPeople;
  readonly policy: Policy;
  readonly simulator: Simulator;
  /** The instant from which the seconds of events count. */
  readonly began: Ms;
  readonly record: WorldRecord;
  readonly sent: readonly SentAlert[];
  /** The raw messages that reached the queue so far. */
  readonly heard: readonly Heard[];
  /** The instants at which lives of the worker began. */
  readonly births: readonly Ms[];
}

/** A world at its end, and what the worker reported. */
export interface Ended extends Scene {
  readonly targetReads: TargetReads;
  readonly docs: ReadonlyMap<Key, Doc>;
  readonly incidents: ReadonlyMap<Key, Incident>;
  /** Keys that are still due in the ledger, at any time. */
  readonly due: readonly Key[];
  /** Alerts that some channel accepted. */
  readonly told: readonly AlertModel[];
  /** Alerts that a channel refused for good: nobody got them, and that is not the worker's fault. */
  readonly refused: readonly AlertModel[];
  readonly failures: readonly { readonly at: Ms; readonly what: string; readonly error: unknown }[];
  readonly at: Ms;
}

/** Returns the breaches in plain words; empty if there are none. */
export type Check = (ended: Ended) => readonly string[];
