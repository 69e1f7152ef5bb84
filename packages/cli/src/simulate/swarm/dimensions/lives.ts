import { type Dice, type Dimensions, several } from "./dice.ts";

/** What happens to a worker at the n-th time that it crosses its own boundary: a call, a commit, a message to people. */
export interface Blow {
  readonly kind: "killed before" | "killed after" | "frozen";
  readonly crossing: number;
  /** Seconds until the next worker starts, or until it thaws. */
  readonly pause: number;
}

export interface LifeItem extends Blow {
  /** Which of the workers, counted from 0. */
  readonly worker: number;
}

/** Workers side by side, on one ledger and one queue. */
export const workersOf = ({ may }: Dice): number => (may("two workers") ? 2 : 1);

/** Whether the ledger is a service, as DynamoDB is, and no file. */
export const isLedgerRemote = ({ random }: Dice): boolean => random.next() < 0.25;

/** Whether the workers are functions, as AWS Lambda runs them, and no processes. */
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
