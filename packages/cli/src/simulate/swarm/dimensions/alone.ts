import { type Dice, type Dimensions, several } from "./dice.ts";
import { CLUSTERS } from "./groups.ts";
import { nameIn, type PlaceItem } from "./places.ts";

/** A Spot Instance outside all Auto Scaling groups, launched by a person or by Terraform. */
export interface AloneItem {
  /** The name by which events and hand-registered targets refer to it, as if it were a group of one. */
  readonly name: string;
  readonly place: string;
  /** The ECS cluster that it is registered in; null for none. */
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
