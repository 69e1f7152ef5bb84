import type { CapacityProvider, ContainerInstance, Launch, Service, Share, Task } from "./state.ts";

/** Reserved names: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html */
const ON_FARGATE: ReadonlySet<string | null> = new Set(["FARGATE", "FARGATE_SPOT"]);

export const runsOnFargate = (launch: Launch): boolean =>
  typeof launch === "string" ? launch === "FARGATE" : launch.every(({ provider }) => ON_FARGATE.has(provider));

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html (launchType) */
export const launchTypeOf = ({ containerInstance }: Task): "EC2" | "FARGATE" | "MANAGED_INSTANCES" => {
  if (containerInstance === null) return "FARGATE";
  return isManaged(containerInstance.capacityProvider) ? "MANAGED_INSTANCES" : "EC2";
};

/** Returns the fields by which a task, or an event about it, says where it runs. */
export const whereOf = (task: Task): Readonly<Record<string, string>> => ({
  ...(task.containerInstance ? { containerInstanceArn: task.containerInstance.arn } : {}),
  launchType: launchTypeOf(task),
  ...(task.capacityProvider === null ? {} : { capacityProviderName: task.capacityProvider }),
  ...(task.containerInstance ? {} : { platformVersion: "1.4.0" }),
});

/** Returns true for tasks on Fargate Spot: only those can be interrupted. */
export const isOnFargateSpot = ({ capacityProvider }: Task): boolean => capacityProvider === "FARGATE_SPOT";

export const isManaged = (provider: CapacityProvider | null): boolean =>
  provider !== null && provider.managedInstances !== null;

/**
 * Returns the capacity provider of the next task: one whose base is not full, else the one with the fewest tasks for
 * its weight.
 */
export const providerOfNext = ({ launch, tasks }: Pick<Service, "launch" | "tasks">): string | null => {
  if (typeof launch === "string") return null;
  const count = ({ provider }: Share): number =>
    [...tasks].filter((task) => task.capacityProvider === provider && task.desiredStatus === "RUNNING").length;
  const missing = launch.find((share) => count(share) < share.base);
  if (missing !== undefined) return missing.provider;
  const [next] = launch
    .filter(({ weight }) => weight > 0)
    .map((share) => ({ provider: share.provider, load: (count(share) - share.base + 1) / share.weight }))
    .toSorted((one, other) => one.load - other.load);
  return next?.provider ?? null;
};

/**
 * Returns true if a task can be placed on a container instance: one of its capacity provider; without a provider, any
 * that ECS does not manage itself. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html
 * (assumed for launch type EC2)
 */
export const isHostOf = ({ capacityProvider }: ContainerInstance, provider: string | null): boolean =>
  provider === null ? !isManaged(capacityProvider) : capacityProvider?.name === provider;
