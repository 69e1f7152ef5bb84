import { type Dice, type Dimensions, several } from "./dice.ts";

/**
 * A failure of a worker at its n-th crossing. A crossing is each point at which the worker has an outside effect: an
 * AWS call, a commit, a message to people.
 */
export interface KillOrFreeze {
  readonly kind: "killed before" | "killed after" | "frozen";
  readonly crossing: number;
  /** Seconds until the next worker starts, or until the frozen one continues. */
  readonly pause: number;
}

export interface LifeItem extends KillOrFreeze {
  /** The index of the worker. */
  readonly worker: number;
}

/** Returns the number of workers that share one ledger and one queue. */
export const workersOf = ({ may }: Dice): number => (may("two workers") ? 2 : 1);

/** Returns true if the ledger is a remote service such as DynamoDB, not a file. */
export const isLedgerRemote = ({ random }: Dice): boolean => random.next() < 0.25;

/** Returns true if the workers run as functions (as in AWS Lambda), not as processes. */
export const areFunctions = ({ random }: Dice): boolean => random.next() < 0.25;

export const livesOf = (dice: Dice, workers: number): LifeItem[] =>
  dice.may("lives")
    ? several(dice, 3, () => lifeItem(dice, workers)).toSorted((one, other) => one.crossing - other.crossing)
    : [];

const lifeItem = ({ random }: Dice, workers: number): LifeItem => ({
  kind: random.pick(["killed before", "killed after", "frozen"] as const),
  crossing: random.int(random.pick([20, 100, 400])),
  pause: random.pick([0, 2, 15, 40]),
  worker: workers === 1 ? 0 : random.int(workers),
});

export const LIFE_DIMENSIONS: Dimensions<readonly LifeItem[]> = {
  "killed before an effect": (lives) => lives.some(({ kind }) => kind === "killed before"),
  "killed after an effect": (lives) => lives.some(({ kind }) => kind === "killed after"),
  frozen: (lives) => lives.some(({ kind }) => kind === "frozen"),
};
