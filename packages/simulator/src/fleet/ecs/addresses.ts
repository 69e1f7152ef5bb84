import type { Random } from "../random.ts";
import type { ContainerInstance, NetworkMode, Service, Task, TaskDefinition } from "./state.ts";
import type { Instance } from "../state.ts";

/**
 * Returns the network mode of a task on an instance; on Fargate it is always `awsvpc`. Target groups of type `ip`, and
 * registrations by address in VPC Lattice and Cloud Map, need `awsvpc`:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html
 */
export const networkModeOf = ({ networkMode }: TaskDefinition, service: Service | null): NetworkMode =>
  networkMode ?? (service !== null && needsOwnAddress(service) ? "awsvpc" : "bridge");

const needsOwnAddress = ({ addresses, targetGroup, traffic }: Service): boolean =>
  addresses !== "ipv4" ||
  targetGroup?.targetType === "ip" ||
  traffic.latticeTargetGroup?.type === "IP" ||
  traffic.discovery !== undefined;

/**
 * Draws the addresses of a new task. In modes `bridge` and `host` a task uses its instance's address. Other tasks get
 * an address that no task of the region has or had, since two in one VPC cannot share one.
 */
export const drawAddresses = (
  random: Random,
  drawn: Set<string>,
  networkMode: NetworkMode,
  service: Service | null,
  instance: Instance | null,
): Pick<Task, "privateIp" | "secondIp"> => {
  if (networkMode !== "awsvpc" && instance !== null) return { privateIp: instance.privateIp, secondIp: null };
  const ipv4 = (): string => unused(() => `172.${16 + random.int(16)}.${random.int(256)}.${random.int(256)}`, drawn);
  const ipv6 = (): string => unused(() => `2600:1f18::${random.hex(4)}:1${random.hex(3)}`, drawn);
  switch (service?.addresses ?? "ipv4") {
    case "ipv4":
      return { privateIp: ipv4(), secondIp: null };
    case "ipv6":
      return { privateIp: ipv6(), secondIp: null };
    // assumed: target groups are IPv4, the default.
    case "both":
      return { privateIp: ipv4(), secondIp: ipv6() };
  }
};

/** Draws a dynamic port that no task of the container instance uses. */
export const drawPort = (random: Random, container: ContainerInstance | null): number => {
  const taken = new Set(Array.from(container?.tasks ?? [], ({ hostPort }) => hostPort));
  return unused(() => 32_768 + random.int(28_000), taken);
};

function unused<T>(draw: () => T, taken: Set<T>): T {
  const value = draw();
  if (taken.has(value)) return unused(draw, taken);
  taken.add(value);
  return value;
}

/** Returns true if a task has its own network interface and addresses. */
export const hasInterface = ({ networkMode }: Task): boolean => networkMode === "awsvpc";

const addressesOf = ({ privateIp, secondIp }: Task): { readonly isIpv6: boolean; readonly address: string }[] =>
  [privateIp, ...(secondIp === null ? [] : [secondIp])].map((address) => ({ isIpv6: address.includes(":"), address }));

/**
 * Returns the addresses as details of an attachment. In an IPv6-only subnet there is no `privateIPv4Address`:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html (the name of the IPv6 detail:
 * observed in events)
 */
export const addressDetails = (task: Task): { readonly name: string; readonly value: string }[] =>
  addressesOf(task).map(({ isIpv6, address }) => ({
    name: isIpv6 ? "ipv6Address" : "privateIPv4Address",
    value: address,
  }));

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_NetworkInterface.html */
export const networkInterface = (task: Task): { readonly [name: string]: string } =>
  Object.fromEntries(
    addressesOf(task).map(({ isIpv6, address }) => [isIpv6 ? "ipv6Address" : "privateIpv4Address", address]),
  );

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html */
export const discoveryAddress = (task: Task): { readonly [name: string]: string } =>
  Object.fromEntries(
    addressesOf(task).map(({ isIpv6, address }) => [isIpv6 ? "AWS_INSTANCE_IPV6" : "AWS_INSTANCE_IPV4", address]),
  );

/** Returns the port of a task at `privateIp`: its container's, or one of its instance. */
export const portOf = (task: Task): number =>
  hasInterface(task) && task.service !== null ? task.service.containerPort : task.hostPort;
