import type { AlertModel, Doc, Incident, Key, Policy } from "@spotkeeper/controller";
import type { Ms, Simulator } from "@spotkeeper/simulator";
import type { SwarmFleet } from "../swarm-fleet.ts";
import type { ByPeople } from "../happenings.ts";
import type { SwarmWorld } from "../world.ts";
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
  readonly record: WorldRecord;
  readonly sent: readonly SentAlert[];
  /** Messages that the queue has had, as they are. */
  readonly heard: readonly string[];
  /** Instants at which a life of the worker began. */
  readonly births: readonly Ms[];
}

/** A world after its last event has come to rest, and what the worker said of it. */
export interface Ended extends Scene {
  readonly docs: ReadonlyMap<Key, Doc>;
  readonly incidents: ReadonlyMap<Key, Incident>;
  /** Keys that the ledger still has due, whenever that is. */
  readonly due: readonly Key[];
  readonly at: Ms;
}

type Note = (invariant: string, what: string) => void;

/** What a family of invariants looks at while the world is played; each is called as it happens. */
interface Watcher {
  readonly sent?: (message: SentAlert) => void;
}

/** Invariants that are judged by the same things. Their names are what people read. */
export interface Family {
  /** Those that are judged while the world is played. */
  readonly names: readonly string[];
  readonly watch: (scene: Scene, note: Note) => Watcher;
  /** Those that are judged at the end, by name: what breaks each. */
  readonly atEnd: { readonly [invariant: string]: (ended: Ended) => readonly string[] };
}

/** Without faults and lives that are cut off, nothing excuses what was not done. */
export const isCalm = ({ faults, outages, lives }: SwarmWorld): boolean =>
  faults.length === 0 && outages.length === 0 && lives.length === 0;

export const MAY_DEREGISTER: ReadonlySet<string> = new Set(["everything", "not drain"]);
export const MAY_DRAIN: ReadonlySet<string> = new Set(["everything", "not deregister"]);

/** Whether an instance is somebody else's, or opted out: it is told, and not touched. */
export const isTheirs = ({ fleet }: Scene, instanceId: string): boolean =>
  fleet.notOurInstances.has(instanceId) || fleet.notOurs.some(({ members }) => members.has(instanceId));
