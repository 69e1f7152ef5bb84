import { type Dice, type Dimensions, several } from "./dice.ts";
import { nameIn, type PlaceItem } from "./places.ts";

/** Standalone tasks, started by RunTask. */
export interface StandaloneItem {
  readonly name: string;
  readonly place: string;
  readonly cluster: string;
  readonly count: number;
  /** The task group that the caller named; null means ECS's default, the family of the task definition. */
  readonly group: string | null;
  /** In seconds; null means ECS's default. */
  readonly stopTimeout: number | null;
  readonly ignoresSigterm: boolean;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html (up to ten tasks, `group`) */
export const standaloneOf = (dice: Dice, place: PlaceItem, clusters: readonly string[]): StandaloneItem[] =>
  clusters.length > 0 && dice.may("standalone")
    ? several(dice, 2, (index) => ({
        name: nameIn(place, `report-${index}`),
        place: place.name,
        cluster: dice.random.pick(clusters),
        count: 1 + dice.random.int(4),
        group: dice.may("group") ? "nightly" : null,
        stopTimeout: dice.may("stop timeout") ? dice.random.pick([2, 30, 120]) : null,
        ignoresSigterm: dice.may("ignore"),
      }))
    : [];

export const STANDALONE_DIMENSIONS: Dimensions<readonly StandaloneItem[]> = {
  "standalone task": (standalone) => standalone.some(({ group }) => group === null),
  "standalone task in a group of its own": (standalone) => standalone.some(({ group }) => group !== null),
  "standalone task that ignores SIGTERM": (standalone) => standalone.some(({ ignoresSigterm }) => ignoresSigterm),
};
