import { type TargetGroupItem, targetGroup } from "./balancers.ts";
import { type Dice, type Dimensions, several } from "./dice.ts";
import { nameIn, type PlaceItem } from "./places.ts";

export interface ServiceItem {
  readonly name: string;
  readonly place: string;
  readonly cluster: string;
  readonly desired: number;
  readonly daemon: boolean;
  readonly launch: (typeof LAUNCHES)[number];
  /** The deployment controller. */
  readonly controller: (typeof CONTROLLERS)[number];
  /** An external controller has created its task set, and has not made it the primary one yet. */
  readonly withoutPrimary: boolean;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** In seconds; null means ECS's default. */
  readonly stopTimeout: number | null;
  readonly network: (typeof NETWORKS)[number];
  /** The address families of its tasks' subnet. */
  readonly addresses: (typeof ADDRESSES)[number];
  /** Names of target groups whose type fits `network`; at most the first can have an alternate. */
  readonly targetGroups: readonly string[];
  /** The partner of the first target group in a blue/green pair; null for none. */
  readonly alternate: string | null;
  readonly traffic: (typeof TRAFFIC)[number] | null;
  readonly tasks: (typeof TASKS)[number];
  /** A deployment has just begun: tasks of the earlier revision run, and are being replaced. */
  readonly deploying: boolean;
  /** One task takes more than half of an instance. */
  readonly large: boolean;
}

/**
 * `providers` are the capacity providers of the cluster's groups. The last three do not use instances of the cluster.
 */
const LAUNCHES = [
  "EC2",
  "providers",
  "Managed Instances",
  "Fargate",
  "Fargate Spot",
  "Fargate beside Fargate Spot",
] as const;
const ON_FARGATE = LAUNCHES.slice(3);
export const isOnFargate = ({ launch }: Pick<ServiceItem, "launch">): boolean => ON_FARGATE.includes(launch);

const CONTROLLERS = ["ECS", "CODE_DEPLOY", "EXTERNAL"] as const;
const NETWORKS = ["awsvpc", "bridge", "host"] as const;
const ADDRESSES = ["ipv4", "ipv6", "both"] as const;
const TRAFFIC = ["classic", "lattice", "discovery"] as const;
const TASKS = ["stop when told", "ignore SIGTERM", "fail again and again", "protect themselves"] as const;

/** Makes target groups for tasks that are reached at a port of their instance. */
export const portGroupsOf = (dice: Dice, place: PlaceItem): TargetGroupItem[] =>
  several(dice, 2, (index) => targetGroup(dice, place, `ports-${index}`, "instance"));

/** What the services of a place have in common: what is drawn for one service at a time seldom meets a warning. */
interface Leaning {
  /** All subnets of tasks are IPv6-only. */
  readonly ipv6: boolean;
  /** What can shift between two target groups does so. */
  readonly shifts: boolean;
}

export const serviceLeaning = ({ random }: Dice): Leaning => ({
  ipv6: random.next() < 0.15,
  shifts: random.next() < 0.3,
});

/** Makes services for each cluster of a place, with the target groups for tasks. */
export function servicesOf(
  dice: Dice,
  leaning: Leaning,
  place: PlaceItem,
  clusters: readonly Cluster[],
  targetGroups: readonly TargetGroupItem[],
): ServiceItem[] {
  const families = new Map<string, "ipv4" | "ipv6">();
  return clusters.flatMap((cluster) =>
    several(dice, 2, (index) => serviceItem(dice, leaning, place, cluster, index, targetGroups, families)),
  );
}

interface Cluster {
  readonly name: string;
  readonly hasManaged: boolean;
}

function serviceItem(
  dice: Dice,
  leaning: Leaning,
  place: PlaceItem,
  { name: cluster, hasManaged }: Cluster,
  index: number,
  targetGroups: readonly TargetGroupItem[],
  families: Map<string, "ipv4" | "ipv6">,
): ServiceItem {
  const { random, may } = dice;
  const launch = launchOf(dice, hasManaged);
  // Fargate has no daemons, and only network mode `awsvpc`:
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html The same is assumed for
  // Managed Instances, whose task definitions are validated like those of Fargate.
  const onEc2 = launch === "EC2" || launch === "providers";
  const daemon = launch === "EC2" && may("daemon");
  const network = onEc2 ? random.pick(NETWORKS) : "awsvpc";
  // Bridge and host tasks have the addresses of their instance.
  const drawn = network === "awsvpc" && may("addresses") ? random.pick(ADDRESSES) : "ipv4";
  const addresses = network === "awsvpc" && leaning.ipv6 ? "ipv6" : drawn;
  // "The DAEMON scheduling strategy" goes with ECS's own deployments alone: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html (schedulingStrategy)
  const hasOwn = !daemon && may("another controller");
  const traffic = may("traffic") ? trafficOf(dice, network, hasOwn) : null;
  // A service can have only one Classic Load Balancer, and nothing besides it:
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html
  const fitting = traffic === "classic" ? [] : fittingOf(targetGroups, network, addresses, families);
  const chosen = random.next() < 0.7 ? choose(dice, hasOwn ? fitting.filter(isRouted) : fitting, hasOwn) : [];
  const [first] = chosen;
  const others = fitting.filter((one) => isRouted(one) && !chosen.includes(one));
  // A daemon service has only rolling updates (assumed for ECS's own blue/green deployments):
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html (schedulingStrategy)
  const canPair = !daemon && first !== undefined && isRouted(first) && others.length > 0;
  // CodeDeploy needs two target groups:
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html
  const byCodeDeploy = hasOwn && canPair && traffic === null && may("CodeDeploy");
  const isPair = byCodeDeploy || (canPair && (may("alternate") || leaning.shifts));
  for (const { name } of fitting) families.set(name, familyOf(addresses));
  return {
    name: nameIn(place, `${cluster}-${index}`),
    place: place.name,
    cluster,
    desired: 1 + random.int(4),
    daemon,
    launch,
    controller: byCodeDeploy ? "CODE_DEPLOY" : hasOwn ? "EXTERNAL" : "ECS",
    withoutPrimary: hasOwn && !byCodeDeploy && may("without primary"),
    // Cannot be set with an external controller:
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    ...(hasOwn ? { minimumHealthyPercent: 100, maximumPercent: 200 } : percentsOf(dice, daemon)),
    stopTimeout: may("stop timeout") ? random.pick([2, 30, 120]) : null,
    network,
    addresses,
    targetGroups: chosen.map(({ name }) => name),
    alternate: isPair ? random.pick(others).name : null,
    traffic,
    tasks: may("tasks") ? random.pick(TASKS) : "stop when told",
    deploying: may("deploying") || (leaning.shifts && isPair),
    large: onEc2 && may("large"),
  };
}

function launchOf({ random, may }: Dice, hasManaged: boolean): ServiceItem["launch"] {
  if (may("fargate")) return random.pick(ON_FARGATE);
  if (hasManaged && may("managed")) return "Managed Instances";
  return may("providers") ? "providers" : "EC2";
}

/**
 * "Classic Load Balancers aren't supported" in mode `awsvpc`:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
 */
const trafficOf = (
  { random }: Dice,
  network: ServiceItem["network"],
  hasOwnController: boolean,
): ServiceItem["traffic"] => {
  // Task sets support only target groups and service registries:
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateTaskSet.html
  if (hasOwnController) return "discovery";
  return random.pick(network === "awsvpc" ? TRAFFIC.filter((one) => one !== "classic") : TRAFFIC);
};

/**
 * Returns the target groups that a service can use. The target type depends on the network mode:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html A target group has addresses of one
 * family: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 * (IpAddressType)
 */
const fittingOf = (
  targetGroups: readonly TargetGroupItem[],
  network: ServiceItem["network"],
  addresses: ServiceItem["addresses"],
  families: ReadonlyMap<string, "ipv4" | "ipv6">,
): TargetGroupItem[] =>
  targetGroups
    .filter(({ type }) => type === (network === "awsvpc" ? "ip" : "instance"))
    .filter(({ name }) => (families.get(name) ?? familyOf(addresses)) === familyOf(addresses));

const familyOf = (addresses: ServiceItem["addresses"]): "ipv4" | "ipv6" => (addresses === "ipv6" ? "ipv6" : "ipv4");

/** Returns true behind an Application or a Network Load Balancer. */
const isRouted = ({ balancer }: TargetGroupItem): boolean => balancer === "application" || balancer === "network";

/**
 * Picks one target group, or several (at most five, of Application and Network Load Balancers, and only with the
 * controller ECS): https://docs.aws.amazon.com/AmazonECS/latest/developerguide/register-multiple-targetgroups.html
 */
function choose({ random, may }: Dice, fitting: readonly TargetGroupItem[], onlyOne: boolean): TargetGroupItem[] {
  if (fitting.length === 0) return [];
  const first = random.pick(fitting);
  const more =
    !onlyOne && isRouted(first) && may("several") ? fitting.filter((one) => one !== first && isRouted(one)) : [];
  return [first, ...more];
}

/**
 * Replicas: 0 to 100 and 100 to 200, "Both maximumPercent and minimumHealthyPercent cannot be 100" (observed). Daemons:
 * maximum 100. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
function percentsOf({ random }: Dice, daemon: boolean): Pick<ServiceItem, "minimumHealthyPercent" | "maximumPercent"> {
  if (daemon) return { minimumHealthyPercent: random.pick([0, 50]), maximumPercent: 100 };
  const minimumHealthyPercent = random.pick([0, 50, 100]);
  return {
    minimumHealthyPercent,
    maximumPercent: random.pick(minimumHealthyPercent === 100 ? [150, 200] : [100, 150, 200]),
  };
}

export const SERVICE_DIMENSIONS: Dimensions<readonly ServiceItem[]> = {
  "tasks in mode bridge": (services) => services.some(({ network }) => network === "bridge"),
  "tasks in mode host": (services) => services.some(({ network }) => network === "host"),
  "tasks in mode awsvpc": (services) => services.some(({ network }) => network === "awsvpc"),
  "tasks with IPv6 addresses only": (services) => services.some(({ addresses }) => addresses === "ipv6"),
  "tasks with addresses of both families": (services) => services.some(({ addresses }) => addresses === "both"),
  "service with several target groups": (services) => services.some((one) => one.targetGroups.length > 1),
  "service without traffic": (services) =>
    services.some((one) => one.targetGroups.length === 0 && one.traffic === null),
  "blue and green target groups": (services) => services.some(({ alternate }) => alternate !== null),
  ...Object.fromEntries(
    LAUNCHES.slice(1).map((where) => [
      `service on ${where}`,
      (services: readonly ServiceItem[]) => services.some(({ launch }) => launch === where),
    ]),
  ),
  "service on Fargate Spot with a target group": (services) =>
    services.some(({ launch, targetGroups }) => launch === "Fargate Spot" && targetGroups.length > 0),
  "task set of CodeDeploy": (services) => services.some(({ controller }) => controller === "CODE_DEPLOY"),
  "task set of another controller": (services) => services.some(({ controller }) => controller === "EXTERNAL"),
  "task set that is not primary yet": (services) => services.some(({ withoutPrimary }) => withoutPrimary),
  "two task sets from the beginning": (services) => services.some((one) => one.deploying && one.controller !== "ECS"),
  "daemon service": (services) => services.some(({ daemon }) => daemon),
  "daemon service with a target group": (services) =>
    services.some(({ daemon, targetGroups }) => daemon && targetGroups.length > 0),
  "minimum healthy percent 100": (services) => services.some((one) => one.minimumHealthyPercent === 100),
  "minimum healthy percent 50": (services) => services.some((one) => one.minimumHealthyPercent === 50),
  "minimum healthy percent 0": (services) => services.some((one) => one.minimumHealthyPercent === 0),
  "maximum percent 100": (services) => services.some((one) => !one.daemon && one.maximumPercent === 100),
  "stop timeout of 120 s": (services) => services.some(({ stopTimeout }) => stopTimeout === 120),
  "tasks that ignore SIGTERM": (services) => services.some(({ tasks }) => tasks === "ignore SIGTERM"),
  "tasks that fail again and again": (services) => services.some(({ tasks }) => tasks === "fail again and again"),
  "tasks that protect themselves": (services) => services.some(({ tasks }) => tasks === "protect themselves"),
  "rolling deployment under way": (services) =>
    services.some((one) => one.deploying && one.alternate === null && one.controller === "ECS" && !one.daemon),
  "deployment of a daemon service under way": (services) => services.some((one) => one.deploying && one.daemon),
  "traffic that shifts to the other target group": (services) =>
    services.some((one) => one.deploying && one.alternate !== null),
  "tasks that fill an instance": (services) => services.some(({ large }) => large),
  "Classic Load Balancer of a service": (services) => services.some(({ traffic }) => traffic === "classic"),
  "VPC Lattice of a service": (services) => services.some(({ traffic }) => traffic === "lattice"),
  "Cloud Map": (services) => services.some(({ traffic }) => traffic === "discovery"),
};
