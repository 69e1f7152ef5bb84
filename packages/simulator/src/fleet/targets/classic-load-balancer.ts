import { later } from "../later.ts";
import type { Instance, InstanceState, Region, World } from "../state.ts";
import { isAlive } from "../state.ts";
import type { ClassicLoadBalancer, ClassicRegistration, Registration } from "./traffic-state.ts";

export interface ClassicSpec {
  readonly name: string;
  /** The connection draining timeout in seconds; null means off, the default of CreateLoadBalancer. */
  readonly draining?: number | null;
}

/**
 * Creates a Classic Load Balancer.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-conn-drain.html (1 to 3,600 s)
 */
export const createClassicLoadBalancer = (
  region: Region,
  { name, draining = 60 }: ClassicSpec,
): ClassicLoadBalancer => {
  const balancer: ClassicLoadBalancer = {
    name,
    region,
    draining: draining === null ? null : draining * 1_000,
    registrations: new Map(),
    seen: new Set(),
  };
  region.classicLoadBalancers.set(name, balancer);
  return balancer;
};

/** Opens or closes a registration for traffic, and tells listeners of its instance. */
export const setOpen = (world: World, registration: Registration, open: boolean): void => {
  registration.open = open;
  if (registration.instance === null) return;
  if (open) registration.instance.registrations.add(registration);
  for (const listener of world.listeners.trafficChanged) listener(registration.instance);
};

/** Removes a registration. */
export const removeRegistration = (world: World, registration: Registration): void => {
  registration.cancelTimer();
  registration.instance?.registrations.delete(registration);
  setOpen(world, registration, false);
};

/**
 * Registers an instance, which gets traffic when its health checks pass. An instance that is being deregistered is
 * registered again.
 */
export const registerClassic = (
  world: World,
  balancer: ClassicLoadBalancer,
  instance: Instance,
  healthy = false,
): void => {
  const known = balancer.registrations.get(instance.id);
  if (known !== undefined && known.state !== "deregistering") return;
  const registration: ClassicRegistration = known ?? {
    name: `classic/${balancer.name}/${instance.id}`,
    instance,
    open: false,
    state: "registering",
    cancelTimer: () => {},
  };
  registration.cancelTimer();
  balancer.registrations.set(instance.id, registration);
  balancer.seen.add(instance.id);
  registration.state = healthy ? "in-service" : "registering";
  setOpen(world, registration, healthy);
  if (healthy) return;
  registration.cancelTimer = later(world, world.settings.targetHealthy, () => {
    registration.state = isAlive(instance) ? "in-service" : "out-of-service";
    setOpen(world, registration, isAlive(instance));
  });
};

/**
 * Deregisters an instance. New connections stop at once; with connection draining the registration stays visible until
 * that has ended.
 */
export const deregisterClassic = (world: World, balancer: ClassicLoadBalancer, id: string): void => {
  const registration = balancer.registrations.get(id);
  if (registration === undefined || registration.state === "deregistering") return;
  registration.cancelTimer();
  const remove = (): void => {
    balancer.registrations.delete(id);
    removeRegistration(world, registration);
  };
  if (balancer.draining === null) return remove();
  registration.state = "deregistering";
  setOpen(world, registration, false);
  registration.cancelTimer = later(world, balancer.draining, remove);
};

/** Follows an instance's state: a dead instance fails its health checks; a terminated one is deregistered. */
export const classicFollowsInstance = (world: World, instance: Instance, previous: InstanceState): void => {
  const balancers = [...instance.region.classicLoadBalancers.values()].filter((one) =>
    one.registrations.has(instance.id),
  );
  for (const balancer of balancers) {
    const registration = balancer.registrations.get(instance.id);
    if (registration === undefined) continue;
    if (instance.state === "terminated") {
      balancer.registrations.delete(instance.id);
      removeRegistration(world, registration);
    } else if (!isAlive(instance) && (previous === "running" || previous === "pending")) {
      if (registration.state === "deregistering") continue;
      registration.cancelTimer();
      registration.cancelTimer = later(world, world.settings.targetUnhealthy, () => {
        registration.state = "out-of-service";
        setOpen(world, registration, false);
      });
    }
  }
};
