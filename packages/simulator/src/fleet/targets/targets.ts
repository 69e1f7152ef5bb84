import { later } from "../later.ts";
import type { Instance, InstanceState, Region, World } from "../state.ts";
import type { LoadBalancer, Target, TargetGroup } from "./target-state.ts";
import { arn } from "../region.ts";
import { isAlive } from "../state.ts";

export interface TargetGroupSpec {
  readonly name: string;
  readonly targetType?: "instance" | "ip";
  readonly vpcId?: string;
  readonly protocol?: string;
  readonly port?: number;
  /** In seconds; AWS's default is 300. */
  readonly deregistrationDelay?: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly loadBalancer?: string;
  readonly loadBalancerType?: LoadBalancer["type"];
  /** Names of zones that its load balancer is not enabled for. */
  readonly zonesOff?: readonly string[];
}

export const targetKey = (id: string, port: number): string => `${id}:${port}`;

const balancerOf = (world: World, region: Region, name: string, type: LoadBalancer["type"]): LoadBalancer => {
  const known = [...region.loadBalancers.values()].find((balancer) => balancer.name === name);
  if (known) return known;
  const short = { application: "app", network: "net", gateway: "gwy" }[type];
  const id = world.random.hex(16);
  const made: LoadBalancer = {
    arn: arn(region, "elasticloadbalancing", `loadbalancer/${short}/${name}/${id}`),
    name,
    type,
    dnsName: `${name}-${id.slice(0, 10)}.${region.name}.elb.amazonaws.com`,
  };
  region.loadBalancers.set(made.arn, made);
  return made;
};

export const createTargetGroup = (world: World, region: Region, spec: TargetGroupSpec): TargetGroup => {
  const delay = spec.deregistrationDelay ?? 300;
  const group: TargetGroup = {
    arn: arn(region, "elasticloadbalancing", `targetgroup/${spec.name}/${world.random.hex(16)}`),
    name: spec.name,
    region,
    targetType: spec.targetType ?? "instance",
    vpcId: spec.vpcId ?? region.vpcId,
    protocol: spec.protocol ?? "HTTP",
    port: spec.port ?? 80,
    deregistrationDelay: delay * 1000,
    attributes: new Map([
      ["deregistration_delay.timeout_seconds", String(delay)],
      ["stickiness.enabled", "false"],
      ...Object.entries(spec.attributes ?? {}),
    ]),
    loadBalancers: spec.loadBalancer
      ? [balancerOf(world, region, spec.loadBalancer, spec.loadBalancerType ?? "application")]
      : [],
    zonesOff: new Set(spec.zonesOff),
    targets: new Map(),
  };
  region.targetGroups.set(group.arn, group);
  return group;
};

const move = (world: World, target: Target, state: Target["state"], reason: string | null): void => {
  target.cancelTimer();
  target.cancelTimer = () => {};
  target.state = state;
  target.reason = reason;
  for (const listener of world.listeners.targetChanged) listener(target);
};

/** Returns true while the registration exists, even if it is draining. */
export const isRegistered = (target: Target): boolean =>
  target.group.targets.get(targetKey(target.id, target.port)) === target;

const remove = (target: Target): void => {
  target.cancelTimer();
  if (isRegistered(target)) target.group.targets.delete(targetKey(target.id, target.port));
  target.instance?.targets.delete(target);
  for (const listener of target.onGone.splice(0)) listener();
};

/** Registers a target, which gets traffic after a passed health check. A draining target is registered again. */
export const registerTarget = (
  world: World,
  group: TargetGroup,
  place: Pick<Target, "id" | "port" | "instance"> & {
    readonly availabilityZone?: string | null;
    readonly quicServerId?: string | null;
    readonly service?: Target["service"];
    readonly healthy?: boolean;
  },
): Target => {
  const { clock, settings } = world;
  const key = targetKey(place.id, place.port);
  const known = group.targets.get(key);
  if (known && known.state !== "draining") return known;
  const target: Target = known ?? {
    group,
    id: place.id,
    port: place.port,
    availabilityZone: place.availabilityZone ?? null,
    quicServerId: place.quicServerId ?? null,
    instance: place.instance,
    service: place.service ?? null,
    registeredAt: clock.now(),
    state: place.healthy ? "healthy" : "initial",
    reason: place.healthy ? null : "Elb.InitialHealthChecking",
    cancelTimer: () => {},
    onGone: [],
  };
  group.targets.set(key, target);
  place.instance?.targets.add(target);
  if (place.healthy && !known) return target;
  move(world, target, "initial", "Elb.InitialHealthChecking");
  target.cancelTimer = later(world, settings.targetHealthy, () => {
    const up = target.instance === null || isAlive(target.instance);
    move(world, target, up ? "healthy" : "unhealthy", up ? null : "Target.Timeout");
  });
  return target;
};

/**
 * Deregisters a target. New connections stop at once; the registration ends after the deregistration delay.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
 */
export const deregisterTarget = (world: World, target: Target): void => {
  if (target.state === "draining" || !isRegistered(target)) return;
  move(world, target, "draining", "Target.DeregistrationInProgress");
  const { deregistrationDelay, loadBalancers } = target.group;
  // assumed: in a target group without a load balancer, targets have no connections to drain.
  if (deregistrationDelay === 0 || loadBalancers.length === 0) remove(target);
  else target.cancelTimer = later(world, deregistrationDelay, () => remove(target));
};

/**
 * Follows an instance's state. A dead target gets requests until its health checks fail; a terminated one is
 * deregistered.
 */
export const targetsFollowInstance = (world: World, instance: Instance, previous: InstanceState): void => {
  if (instance.state === "terminated") {
    for (const target of [...instance.targets]) remove(target);
    return;
  }
  if (isAlive(instance) || !(previous === "running" || previous === "pending")) return;
  const { settings } = world;
  for (const target of instance.targets) {
    if (target.state === "draining") continue;
    target.cancelTimer();
    target.cancelTimer = later(world, settings.targetUnhealthy, () =>
      move(world, target, "unhealthy", "Target.Timeout"),
    );
  }
};
