import { type Dice, type Dimensions, several } from "./dice.ts";
import { nameIn, type PlaceItem } from "./places.ts";

export interface ServiceItem {
  readonly name: string;
  readonly place: string;
  readonly cluster: string;
  readonly desired: number;
  readonly daemon: boolean;
  readonly minimumHealthyPercent: number;
  /** Seconds; null: ECS's own default. */
  readonly stopTimeout: number | null;
  /** A target group of type `ip`, by name; null: none. */
  readonly targetGroup: string | null;
  /** The other one of a pair that takes turns; null: none. */
  readonly alternate: string | null;
  readonly ipv6Only: boolean;
  readonly traffic: "classic" | "lattice" | "discovery" | null;
}

/** Services of each cluster of a place; `tasks` are its target groups of type `ip`. */
export const servicesOf = (
  dice: Dice,
  place: PlaceItem,
  clusters: readonly string[],
  tasks: readonly string[],
): ServiceItem[] =>
  clusters.flatMap((cluster) => several(dice, 2, (index) => serviceItem(dice, place, cluster, index, tasks)));

const serviceItem = (
  { random, may }: Dice,
  place: PlaceItem,
  cluster: string,
  index: number,
  tasks: readonly string[],
): ServiceItem => {
  const daemon = may("daemon");
  return {
    name: nameIn(place, `${cluster}-${index}`),
    place: place.name,
    cluster,
    desired: 1 + random.int(4),
    daemon,
    minimumHealthyPercent: daemon ? 0 : random.pick([0, 50, 100]),
    stopTimeout: may("stop timeout") ? random.pick([2, 30, 120]) : null,
    targetGroup: !daemon && random.next() < 0.7 ? random.pick(tasks) : null,
    alternate: !daemon && may("alternate") ? random.pick(tasks) : null,
    ipv6Only: may("ipv6"),
    traffic: may("traffic") ? random.pick(["classic", "lattice", "discovery"] as const) : null,
  };
};

export const SERVICE_DIMENSIONS: Dimensions<readonly ServiceItem[]> = {
  "blue and green target groups": (services) => services.some(({ alternate }) => alternate !== null),
  "tasks with IPv6 addresses only": (services) => services.some(({ ipv6Only }) => ipv6Only),
  "daemon service": (services) => services.some(({ daemon }) => daemon),
  "minimum healthy percent 100": (services) => services.some((one) => one.minimumHealthyPercent === 100),
  "minimum healthy percent 0": (services) => services.some((one) => one.minimumHealthyPercent === 0),
  "stop timeout of 120 s": (services) => services.some(({ stopTimeout }) => stopTimeout === 120),
  "Classic Load Balancer of a service": (services) => services.some(({ traffic }) => traffic === "classic"),
  "VPC Lattice of a service": (services) => services.some(({ traffic }) => traffic === "lattice"),
  "Cloud Map": (services) => services.some(({ traffic }) => traffic === "discovery"),
};
