import { type Dice, type Dimensions, several } from "./dice.ts";

/** What happens to a worker at the n-th time that it crosses its own boundary: a call, a commit, a message to people. */
export interface LifeItem {
  readonly kind: "killed before" | "killed after" | "frozen";
  readonly crossing: number;
  /** Seconds until the next worker starts, or until it thaws. */
  readonly pause: number;
}

export const livesOf = (dice: Dice): LifeItem[] =>
  dice.may("lives")
    ? several(dice, 3, () => lifeItem(dice)).toSorted((one, other) => one.crossing - other.crossing)
    : [];

const lifeItem = ({ random }: Dice): LifeItem => ({
  kind: random.pick(["killed before", "killed after", "frozen"] as const),
  crossing: random.int(random.pick([20, 100, 400])),
  pause: random.pick([0, 2, 15, 40]),
});

export const LIFE_DIMENSIONS: Dimensions<readonly LifeItem[]> = {
  "killed before an effect": (lives) => lives.some(({ kind }) => kind === "killed before"),
  "killed after an effect": (lives) => lives.some(({ kind }) => kind === "killed after"),
  frozen: (lives) => lives.some(({ kind }) => kind === "frozen"),
};
