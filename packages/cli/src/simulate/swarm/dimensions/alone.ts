import { type Dice, type Dimensions, several } from "./dice.ts";
import { CLUSTERS } from "./groups.ts";
import { nameIn, type PlaceItem } from "./places.ts";

/** A Spot Instance that is in no Auto Scaling group: a person launched it, or Terraform. */
export interface AloneItem {
  /** What events and targets that were registered by hand call it: they take it for a group of one. */
  readonly name: string;
  readonly place: string;
  /** The cluster that its agent has joined; null: none. */
  readonly cluster: string | null;
  readonly terminationProtected: boolean;
}

export const aloneOf = (dice: Dice, place: PlaceItem): AloneItem[] =>
  dice.may("alone") ? several(dice, 2, (index) => aloneItem(dice, place, `alone-${index}`)) : [];

const aloneItem = ({ random, may }: Dice, place: PlaceItem, name: string): AloneItem => ({
  name: nameIn(place, name),
  place: place.name,
  cluster: may("in a cluster") ? random.pick(CLUSTERS) : null,
  terminationProtected: may("termination protection"),
});

export const ALONE_DIMENSIONS: Dimensions<readonly AloneItem[]> = {
  "instance in no group": (alone) => alone.length > 0,
  "instance in no group, in a cluster": (alone) => alone.some(({ cluster }) => cluster !== null),
};
