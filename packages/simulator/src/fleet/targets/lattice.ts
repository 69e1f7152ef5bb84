import { removeRegistration, setOpen } from "./classic-load-balancer.ts";
import { later } from "../later.ts";
import { arn } from "../region.ts";
import type { Instance, InstanceState, Region, World } from "../state.ts";
import { isAlive } from "../state.ts";
import type { LatticeTarget, LatticeTargetGroup } from "./traffic-state.ts";

export interface LatticeSpec {
  readonly name: string;
  readonly type?: LatticeTargetGroup["type"];
  readonly protocol?: LatticeTargetGroup["protocol"];
  /** Default 80, or 443 for HTTPS. */
  readonly port?: number;
  readonly inUse?: boolean;
}

export const createLatticeTargetGroup = (world: World, region: Region, spec: LatticeSpec): LatticeTargetGroup => {
  const id = `tg-${world.random.hex(17)}`;
  const protocol = spec.protocol ?? "HTTP";
  const group: LatticeTargetGroup = {
    id,
    arn: arn(region, "vpc-lattice", `targetgroup/${id}`),
    name: spec.name,
    region,
    type: spec.type ?? "INSTANCE",
    protocol,
    port: spec.port ?? (protocol === "HTTPS" ? 443 : 80),
    createdAt: world.clock.now(),
    inUse: spec.inUse ?? true,
    targets: new Map(),
  };
  region.latticeTargetGroups.set(id, group);
  return group;
};

/**
 * "The default draining time is 1 minute":
 * https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_TargetSummary.html
 */
const DRAINING = 60_000;

export const latticeKey = (id: string, port: number): string => `${id}:${port}`;

export const registerLattice = (
  world: World,
  group: LatticeTargetGroup,
  place: { readonly id: string; readonly port: number; readonly instance: Instance | null },
  healthy = false,
): void => {
  const key = latticeKey(place.id, place.port);
  const known = group.targets.get(key);
  if (known !== undefined && known.status !== "DRAINING") return;
  const target: LatticeTarget = known ?? {
    ...place,
    name: `lattice/${group.name}/${key}`,
    open: false,
    status: "INITIAL",
    cancelTimer: () => {},
  };
  target.cancelTimer();
  group.targets.set(key, target);
  target.status = healthy ? "HEALTHY" : "INITIAL";
  setOpen(world, target, healthy);
  if (healthy) return;
  target.cancelTimer = later(world, world.settings.targetHealthy, () => {
    const up = target.instance === null || isAlive(target.instance);
    target.status = up ? "HEALTHY" : "UNHEALTHY";
    setOpen(world, target, up);
  });
};

/** Deregisters a target. New connections stop at once; the target is listed until it has drained. */
export const deregisterLattice = (world: World, group: LatticeTargetGroup, id: string, port: number): void => {
  const target = group.targets.get(latticeKey(id, port));
  if (target === undefined || target.status === "DRAINING") return;
  target.cancelTimer();
  target.status = "DRAINING";
  setOpen(world, target, false);
  target.cancelTimer = later(world, DRAINING, () => {
    group.targets.delete(latticeKey(id, port));
    removeRegistration(world, target);
  });
};

/**
 * Follows an instance's state. assumed: as with Elastic Load Balancing, a dead instance fails its health checks, and a
 * terminated one is deregistered.
 */
export const latticeFollowsInstance = (world: World, instance: Instance, previous: InstanceState): void => {
  for (const group of instance.region.latticeTargetGroups.values()) {
    for (const target of [...group.targets.values()].filter((one) => one.instance === instance)) {
      if (instance.state === "terminated") {
        group.targets.delete(latticeKey(target.id, target.port));
        removeRegistration(world, target);
      } else if (!isAlive(instance) && (previous === "running" || previous === "pending")) {
        if (target.status === "DRAINING") continue;
        target.cancelTimer();
        target.cancelTimer = later(world, world.settings.targetUnhealthy, () => {
          target.status = "UNHEALTHY";
          setOpen(world, target, false);
        });
      }
    }
  }
};
