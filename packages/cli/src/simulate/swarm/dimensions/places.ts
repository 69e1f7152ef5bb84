import { partitionOf } from "@spotkeeper/simulator";
import type { Dice, Dimensions } from "./dice.ts";

/** An account in one region. Resources exist in one place only. */
export interface PlaceItem {
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

/** The place of the worker and its queue. */
export const HOME: PlaceItem = { name: "home", account: "123456789012", region: "us-east-1" };

/** assumed: accounts of one owner, numbered as in AWS's examples. The first is the worker's own. */
const ACCOUNTS = [HOME.account, "222222222222", "333333333333"];

/**
 * Regions by partition. No call crosses partitions:
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
const PARTITIONS = [
  ["us-east-1", "eu-west-1", "ap-southeast-2"],
  ["cn-north-1", "cn-northwest-1"],
  ["us-gov-west-1", "us-gov-east-1"],
];

const MOST_PLACES = 3;

/** Makes one to three places of one partition, the first of them the worker's own. */
export function placesOf({ random, may }: Dice): PlaceItem[] {
  const regions = may("another partition") ? random.pick(PARTITIONS) : ["us-east-1", "eu-west-1", "ap-southeast-2"];
  const home = { ...HOME, region: random.next() < 0.7 ? (regions[0] ?? HOME.region) : random.pick(regions) };
  if (!may("several places")) return [home];
  const others = ACCOUNTS.flatMap((account) => regions.map((region) => ({ account, region })))
    .filter(({ account, region }) => account !== home.account || region !== home.region)
    .map((place) => ({ place, lot: random.next() }))
    .toSorted((one, other) => one.lot - other.lot)
    .slice(0, 1 + random.int(MOST_PLACES - 1))
    .map(({ place }, index) => ({ name: `place-${index + 1}`, ...place }));
  return [home, ...others];
}

/** Returns the worker's own place, also for a reduced world that no longer lists it. */
export const homeOf = (places: readonly PlaceItem[]): PlaceItem =>
  places.find(({ name }) => name === HOME.name) ?? HOME;

/** Returns a name that is unique over all places. */
export const nameIn = ({ name }: PlaceItem, item: string): string => (name === HOME.name ? item : `${name}/${item}`);

/**
 * Returns the AWS name of an item. AWS names repeat from place to place, as with a template that is deployed
 * everywhere.
 */
export const awsNameOf = (item: string): string => item.slice(item.lastIndexOf("/") + 1);

export const PLACE_DIMENSIONS: Dimensions<readonly PlaceItem[]> = {
  "several accounts": (places) => new Set(places.map(({ account }) => account)).size > 1,
  "several regions": (places) => new Set(places.map(({ region }) => region)).size > 1,
  "partition aws-cn": (places) => partitionOf(homeOf(places).region) === "aws-cn",
  "partition aws-us-gov": (places) => partitionOf(homeOf(places).region) === "aws-us-gov",
};
