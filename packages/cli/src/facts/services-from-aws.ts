import { NETWORK_MODES, type ServiceFacts, serviceFacts, type TaskFacts } from "./document.ts";
import { type PlaceIndex, nameOf, type ReadService } from "./place-index.ts";

const secondsOf = (ms: number | null | undefined): number | null =>
  ms === null || ms === undefined ? null : ms / 1_000;

const stopTimeout = ({ inventory }: PlaceIndex, definition: string): number | null =>
  secondsOf(inventory.get("taskDefinition", definition)?.value.stopTimeout);

export function servicesOf(indexed: PlaceIndex): readonly ServiceFacts[] {
  return indexed.services.map((service) => serviceOf(indexed, service));
}

function serviceOf(indexed: PlaceIndex, { is, cluster, running }: ReadService): ServiceFacts {
  const arns = is.targets.map(({ targetGroupArn }) => targetGroupArn);
  const pair = is.targets
    .flatMap(({ pairedWith, targetGroupArn }) => pairedWith ?? targetGroupArn)
    .find((arn, index) => arn !== arns[index]);
  const own = pair === undefined ? arns : arns.filter((arn) => arn !== pair);
  const [alternate = null] = pair === undefined ? [] : indexed.targetGroupNames([pair]);
  const definition = indexed.inventory.get("taskDefinition", is.taskDefinitionArn)?.value;
  return serviceFacts(cluster, is.name, {
    ...indexed.place,
    desired: is.desired,
    minimumHealthyPercent: is.minimumHealthyPercent,
    maximumPercent: is.maximumPercent,
    daemon: is.daemon,
    stopTimeout: stopTimeout(indexed, is.taskDefinitionArn),
    targetGroups: [...new Set(indexed.targetGroupNames(own))],
    alternate,
    classicLoadBalancers: is.classicLoadBalancers,
    latticeTargetGroups: is.latticeTargetGroups.map(nameOf),
    discovery: is.serviceRegistries.map(nameOf),
    addresses: familyOf(running.flatMap(({ task }) => task.privateAddresses)),
    networkMode: NETWORK_MODES.find((one) => one === definition?.networkMode) ?? null,
    tasks: running.map(({ host }) => host),
  });
}

function familyOf(addresses: readonly string[]): ServiceFacts["addresses"] {
  const [six, four] = [true, false].map((wanted) => addresses.some((one) => one.includes(":") === wanted));
  return six === true ? (four === true ? "both" : "ipv6") : "ipv4";
}

/** Returns the standalone tasks, one entry for each task definition family. */
export function tasksOf(indexed: PlaceIndex): readonly TaskFacts[] {
  const byFamily = Map.groupBy(
    indexed.alone.map((one) => ({ ...one, family: nameOf(one.task.taskDefinitionArn).replace(/:\d+$/, "") })),
    ({ cluster, family }) => `${cluster}/${family}`,
  );
  return [...byFamily.values()].flatMap((tasks) => {
    const [first] = tasks;
    if (first === undefined) return [];
    const { cluster, family, task } = first;
    return {
      ...indexed.place,
      cluster,
      family,
      stopTimeout: stopTimeout(indexed, task.taskDefinitionArn),
      instances: tasks.map(({ host }) => host),
    };
  });
}
