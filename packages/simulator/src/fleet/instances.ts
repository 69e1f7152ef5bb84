import { later } from "./later.ts";
import { arn, poolKey } from "./region.ts";
import type { CapacityProvider } from "./ecs/state.ts";
import { publish } from "./events.ts";
import type { Instance, InstanceState, Purchase, Region, World, Zone } from "./state.ts";

export interface LaunchSpec {
  /** Default: drawn from the seed. */
  readonly id?: string;
  readonly type: string;
  readonly zone: Zone;
  readonly purchase: Purchase;
  readonly tags?: Readonly<Record<string, string>>;
  /** The service principal of a managed instance. */
  readonly operator?: string | null;
  /** The capacity provider of an ECS Managed Instance. */
  readonly managedBy?: CapacityProvider;
  readonly secondaryAddresses?: readonly string[];
  readonly capacityReservationId?: string | null;
  /** Whether it already runs at the beginning: without delay and event. */
  readonly running?: boolean;
}

export interface StateReason {
  readonly code: string;
  readonly message: string;
}

const addressOf = (count: number, network: number): string =>
  `${network}.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`;

/** Changes an instance's state, tells the listeners, and publishes the state change. */
const enter = (world: World, instance: Instance, state: InstanceState): void => {
  const previous = instance.state;
  instance.state = state;
  announce(world, instance);
  for (const listener of world.listeners.instance) listener(instance, previous);
};

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html */
const announce = (world: World, instance: Instance): void =>
  publish(world, instance.region, {
    source: "aws.ec2",
    detailType: "EC2 Instance State-change Notification",
    resources: [arn(instance.region, "ec2", `instance/${instance.id}`)],
    detail: { "instance-id": instance.id, state: instance.state },
  });

/** Launches an instance. The caller has already taken its capacity from the pool. */
export const launchInstance = (world: World, region: Region, spec: LaunchSpec): Instance => {
  const { clock, random, settings } = world;
  region.launched += 1;
  const instance: Instance = {
    id: spec.id ?? `i-${random.hex(17)}`,
    region,
    type: spec.type,
    zone: spec.zone,
    purchase: spec.purchase,
    vpcId: region.vpcId,
    privateIp: addressOf(region.launched, 10),
    secondaryAddresses: spec.secondaryAddresses ?? [],
    publicIp: null,
    tags: new Map(Object.entries(spec.tags ?? {})),
    operator: spec.operator ?? null,
    managedBy: spec.managedBy ?? null,
    disableApiTermination: false,
    capacityReservationId: spec.capacityReservationId ?? null,
    launchTime: clock.now(),
    state: spec.running ? "running" : "pending",
    stateReason: null,
    notice: null,
    member: null,
    containerInstance: null,
    formerContainers: new Set(),
    targets: new Set(),
    registrations: new Set(),
  };
  region.instances.set(instance.id, instance);
  world.instances.set(instance.id, instance);
  if (!spec.running) boot(world, instance, settings.boot);
  return instance;
};

const boot = (world: World, instance: Instance, range: readonly [number, number]): void => {
  announce(world, instance);
  later(world, range, () => {
    if (instance.state === "pending") enter(world, instance, "running");
  });
};

/** Starts a stopped instance with a new launch time: its next interruption is a new one. */
export const startInstance = (world: World, instance: Instance): void => {
  if (instance.state !== "stopped") return;
  instance.stateReason = null;
  instance.notice = null;
  instance.launchTime = world.clock.now();
  instance.state = "pending";
  boot(world, instance, world.settings.boot);
};

/** Ends or stops an instance. A second call changes nothing, as with TerminateInstances. */
export const endInstance = (world: World, instance: Instance, how: "terminate" | "stop", reason: StateReason): void => {
  const { settings } = world;
  if (instance.state === "shutting-down" || instance.state === "terminated") return;
  if (how === "stop" && (instance.state === "stopping" || instance.state === "stopped")) return;
  const wasStopped = instance.state === "stopped";
  instance.stateReason = { ...reason };
  enter(world, instance, how === "stop" ? "stopping" : "shutting-down");
  later(world, wasStopped ? 0 : settings.shutdown, () => {
    if (how === "stop") {
      if (instance.state === "stopping") enter(world, instance, "stopped");
      return;
    }
    enter(world, instance, "terminated");
    returnCapacity(instance);
    later(world, settings.terminatedVisible, () => forget(world, instance));
  });
};

/** Returns the capacity of an ended instance to its pool, unless EC2 reclaimed it. */
const returnCapacity = (instance: Instance): void => {
  const key = poolKey(instance.zone.name, instance.type, instance.purchase);
  const free = instance.region.pools.get(key);
  if (free === undefined || instance.stateReason?.code === "Server.SpotInstanceTermination") return;
  instance.region.pools.set(key, free + 1);
};

const forget = (world: World, instance: Instance): void => {
  instance.region.instances.delete(instance.id);
  world.instances.delete(instance.id);
};
