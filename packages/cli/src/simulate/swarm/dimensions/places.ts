import { partitionOf } from "@spotkeeper/simulator";
import type { Dice, Dimensions } from "./dice.ts";

/** An account in one region: what an account has in one region, it has nowhere else. */
export interface PlaceItem {
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

/** Where the worker and its queue are. */
export const HOME: PlaceItem = { name: "home", account: "123456789012", region: "us-east-1" };

/** assumed: the accounts of one owner, as AWS's examples number them. The first is the worker's own. */
const ACCOUNTS = [HOME.account, "222222222222", "333333333333"];

/**
 * Regions of each partition. Nothing reaches from one partition into another:
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
const PARTITIONS = [
  ["us-east-1", "eu-west-1", "ap-southeast-2"],
  ["cn-north-1", "cn-northwest-1"],
  ["us-gov-west-1", "us-gov-east-1"],
];

const MOST = 3;

/** One place, the worker's own, or up to three: of one partition, each another account or another region. */
export function placesOf({ random, may }: Dice): PlaceItem[] {
  const regions = may("another partition") ? random.pick(PARTITIONS) : ["us-east-1", "eu-west-1", "ap-southeast-2"];
  const home = { ...HOME, region: random.next() < 0.7 ? (regions[0] ?? HOME.region) : random.pick(regions) };
  if (!may("several places")) return [home];
  const others = ACCOUNTS.flatMap((account) => regions.map((region) => ({ account, region })))
    .filter(({ account, region }) => account !== home.account || region !== home.region)
    .map((place) => ({ place, lot: random.next() }))
    .toSorted((one, other) => one.lot - other.lot)
    .slice(0, 1 + random.int(MOST - 1))
    .map(({ place }, index) => ({ name: `place-${index + 1}`, ...place }));
  return [home, ...others];
}

/** The worker's own place, also where a smaller world has lost it. */
export const homeOf = (places: readonly PlaceItem[]): PlaceItem =>
  places.find(({ name }) => name === HOME.name) ?? HOME;

/** The name of an item of a place, unlike that of any other place. */
export const nameIn = ({ name }: PlaceItem, item: string): string => (name === HOME.name ? item : `${name}/${item}`);

/** What AWS calls an item: names repeat from place to place, as those of a template that is rolled out everywhere. */
export const awsNameOf = (item: string): string => item.slice(item.lastIndexOf("/") + 1);

export const PLACE_DIMENSIONS: Dimensions<readonly PlaceItem[]> = {
  "several accounts": (places) => new Set(places.map(({ account }) => account)).size > 1,
  "several regions": (places) => new Set(places.map(({ region }) => region)).size > 1,
  "partition aws-cn": (places) => partitionOf(homeOf(places).region) === "aws-cn",
  "partition aws-us-gov": (places) => partitionOf(homeOf(places).region) === "aws-us-gov",
};
