import type { SwarmWorld } from "../../../src/simulate/swarm/world.ts";
import type { Change } from "./support/put-back.ts";
import { FAULTS_OF_BALANCERS } from "./faults/balancers.ts";
import { FAULTS_OF_CAPACITY } from "./faults/capacity.ts";
import { FAULTS_OF_HOOKS } from "./faults/hooks.ts";
import { FAULTS_OF_REGISTRATIONS } from "./faults/registrations.ts";
import { FAULTS_OF_RETRIES } from "./faults/retries.ts";
import { FAULTS_OF_UNDOING } from "./faults/undoing.ts";

/** A fault that the product has had, or nearly: the swarm must find it when it is put back. */
export interface Fault {
  readonly name: string;
  /** What users lose by it, in plain words. */
  readonly loses: string;
  readonly changes: readonly Change[];
  /** Names of dimensions (`DIMENSIONS`): worlds that lack one of them cannot show it, and are not played. */
  readonly needs?: readonly string[];
  /** What else of a world it needs. */
  readonly where?: (world: SwarmWorld) => boolean;
  /** The seed whose world showed it when the table was last played through; it is played first. */
  readonly seed?: number;
  /** Why no world shows it: what worlds lack, or what no invariant looks at. Then a test shows it. */
  readonly missed?: string;
  /** From the root of the repository: a file of tests of which one fails with it. */
  readonly test?: string;
}

/** Each is put back alone. */
export const FAULTS: readonly Fault[] = [
  ...FAULTS_OF_REGISTRATIONS,
  ...FAULTS_OF_BALANCERS,
  ...FAULTS_OF_UNDOING,
  ...FAULTS_OF_CAPACITY,
  ...FAULTS_OF_HOOKS,
  ...FAULTS_OF_RETRIES,
];
