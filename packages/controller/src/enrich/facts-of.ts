import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { CapacityProvider, ContainerInstance, EcsService, EcsTask } from "../aws/calls/ecs.ts";
import type { Place } from "../aws/ask.ts";
import type { Ms } from "../clock.ts";
import { containersOn, hasTasks, isConnected, sufficeToDrain } from "../inventory/containers-on.ts";
import { groupId, regionId, serviceId, serviceOf } from "../inventory/ids.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Subject } from "../model/signal.ts";
import type { Facts, TaskFact } from "./facts.ts";
import { impactOf } from "./storm/impact.ts";
import type { Overrides } from "./overrides.ts";
import { fleetOf, ownerOf } from "./owner.ts";
import { createReader, failedSince, type Reader, whyNot } from "./reader.ts";
import { classicOf, discoveryOf, latticeOf } from "./registrations.ts";
import { type Storm, stormOf } from "./storm/storm.ts";
import { isManagedDaemon } from "./storm/tally.ts";
import { targetsOf } from "./targets.ts";
import { announcedTask } from "./announced.ts";

/**
 * Makes the facts about one subject from the inventory. Pure. Unknown facts are listed in `missing` with the reason,
 * and never treated as "there is nothing".
 *
 * @param place null if no signal contained the region: then only facts by the instance's own id are found
 * @param doomed ids of all doomed instances (and ARNs of Fargate tasks); pass a new set when its contents change
 * @param now epoch milliseconds
 */
export function factsOf(
  inventory: Inventory,
  subject: Subject,
  place: Place | null,
  doomed: ReadonlySet<string>,
  overrides: Overrides,
  now: Ms,
): Facts {
  const read = createReader(inventory);
  const base = subject.type === "instance" ? ofInstance(read, subject.id, place) : ofTask(read, subject.id);
  const services = servicesOf(read, base.tasks);
  const storm: Storm = services.length === 0 ? new Map() : stormOf(inventory, doomed);
  const input = {
    place,
    instanceId: base.instance?.id ?? (subject.type === "instance" ? subject.id : null),
    ...base,
    services,
  };
  const { owner, because } = ownerOf(base);
  const fleet = fleetOf(base.instance) ?? read.known("fleet", subject.id)?.value ?? null;
  return {
    ...base,
    place,
    tasks: base.tasks.map((task) => taskFact(read, task, services)),
    services,
    impact: services.map((service) => {
      const id = serviceId(service.clusterArn, service.name);
      return impactOf(service, storm.get(id), overrides.minimum, read.known("service", id)?.observedAt);
    }),
    targets: targetsOf(read, { ...input, storm, doomed, now }),
    classicLoadBalancers: classicOf(read, input),
    latticeTargets: latticeOf(read, input),
    discovery: discoveryOf(read, input),
    owner,
    ownerBecause: because,
    fleet,
    agents: inventory.get("agents", subject.id)?.value ?? {},
    evidence: evidenceOf(read, { services, fleet, place, groupName: base.groupName }),
    observedAt: read.observedAt(),
    missing: read.missing(),
  };
}

/**
 * Returns the evidence about services, fleet and group, of any age: each message comes only once, and contains its
 * time.
 */
function evidenceOf(
  read: Reader,
  { services, fleet, place, groupName }: Pick<Facts, "services" | "fleet" | "place" | "groupName">,
): Facts["evidence"] {
  const sources: (readonly [string, string])[] = services.map((one) => [one.name, serviceId(one.clusterArn, one.name)]);
  if (fleet !== null) sources.push([fleet.id, fleet.id]);
  if (place !== null && groupName !== null) sources.push([groupName, groupId(place, groupName)]);
  return sources.flatMap(([about, id]) => {
    const known = read.inventory.get("evidence", id);
    return known?.value.said ? [{ about, said: known.value.said, at: known.observedAt }] : [];
  });
}

type Base = Pick<
  Facts,
  | "instance"
  | "instanceAsOf"
  | "group"
  | "groupName"
  | "groupState"
  | "protectedFromScaleIn"
  | "hooks"
  | "refreshing"
  | "containerInstances"
  | "notInEcs"
  | "clusterTags"
  | "capacityProvider"
  | "complete"
> & { readonly tasks: readonly EcsTask[] };

const NO_BASE: Base = {
  instance: null,
  instanceAsOf: null,
  group: null,
  groupName: null,
  groupState: null,
  protectedFromScaleIn: false,
  hooks: [],
  refreshing: false,
  containerInstances: [],
  notInEcs: false,
  clusterTags: {},
  capacityProvider: null,
  complete: false,
  tasks: [],
};

function ofInstance(read: Reader, id: string, place: Place | null): Base {
  const asked = read.need("instance", id, "instance");
  const instance = asked?.value ?? null;
  if (instance === null) read.note("owner", "its tags are not known");
  const membership = read.need("membership", id, "group");
  const groupName = membership?.value?.group ?? null;
  const inGroup = groupOf(read, groupName, place);
  const listed = membership?.value ?? inGroup.group?.instances.find((one) => one.id === id);
  const containers = containersOf(read, id);
  const [current = null] = containers;
  // Without a connected agent the instance may be in another cluster now: then all clusters are searched.
  const searched = isConnected(containers) || isSearched(read, id);
  return {
    ...NO_BASE,
    ...inGroup,
    instance,
    instanceAsOf: asked?.observedAt ?? null,
    groupName,
    groupState: listed?.state ?? null,
    protectedFromScaleIn: listed?.protected ?? false,
    containerInstances: containers,
    notInEcs: searched && current === null,
    clusterTags: clusterTags(read, current),
    capacityProvider: capacityProviderOf(read, place, current, inGroup.group),
    tasks: containers.flatMap((one) => tasksOn(read, one)),
    complete:
      instance !== null &&
      membership !== undefined &&
      inGroup.complete &&
      (searched || sufficeToDrain(containers, instance)),
  };
}

function containersOf(read: Reader, id: string): readonly ContainerInstance[] {
  return containersOn(read.inventory, id).flatMap(({ arn }) => read.known("container", arn)?.value ?? []);
}

function isSearched(read: Reader, id: string): boolean {
  const searched = read.known("searched", id);
  const isAll = searched?.value === "all";
  const why = isAll
    ? failedSince(read.inventory, "searched", id, searched.observedAt)
    : whyNot(read.inventory, "searched", id);
  if (why !== null) read.note("cluster", why, isAll);
  return isAll;
}

/** Returns the tasks of a container instance. An old registration without agent and tasks need not be read. */
function tasksOn(read: Reader, one: ContainerInstance): readonly EcsTask[] {
  if (!one.agentConnected && !hasTasks(one)) return read.known("tasks", one.arn)?.value ?? [];
  const tasks = read.needNow("tasks", one.arn, "tasks");
  if (tasks === undefined) return [];
  // An event of the container instance contains only the number of tasks.
  const countedAt = read.inventory.get("container", one.arn)?.observedAt ?? 0;
  if (tasks.value.length === 0 && hasTasks(one) && countedAt > tasks.observedAt)
    read.note("tasks", "ECS has told of some since they were listed", true);
  return tasks.value;
}

/** Returns the group's facets; complete if there is no group, or all of them are known. */
function groupOf(
  read: Reader,
  name: string | null,
  place: Place | null,
): Pick<Facts, "group" | "hooks" | "refreshing" | "complete"> {
  if (name === null) return { group: null, hooks: [], refreshing: false, complete: true };
  if (place === null) {
    read.note("group", `the region of ${name} is not known; set aws.regions to one region`);
    return { group: null, hooks: [], refreshing: false, complete: false };
  }
  const id = groupId(place, name);
  const group = read.need("group", id, "group", name);
  const hooks = read.need("hooks", id, "hooks", name);
  return {
    group: group?.value ?? null,
    hooks: hooks?.value ?? [],
    refreshing: read.known("refreshing", id)?.value ?? false,
    complete: group !== undefined && hooks !== undefined,
  };
}

const clusterTags = (read: Reader, container: ContainerInstance | null): Facts["clusterTags"] =>
  (container === null ? undefined : read.known("cluster", container.clusterArn)?.value.tags) ?? {};

/** Returns the capacity provider of the container instance, or else of the group. */
function capacityProviderOf(
  read: Reader,
  place: Place | null,
  container: ContainerInstance | null,
  group: AutoScalingGroup | null,
): CapacityProvider | null {
  const all = place === null ? [] : (read.known("capacityProviders", regionId(place))?.value ?? []);
  const named = all.find((one) => one.name === container?.capacityProvider);
  return named ?? all.find((one) => one.groupArn !== null && one.groupArn === group?.arn) ?? null;
}

/** Returns the facts about a Fargate task, from ECS or else from its stop event. */
function ofTask(read: Reader, arn: string): Base {
  const known = read.known("task", arn)?.value;
  const announced = read.known("announced", arn)?.value;
  const task = known ?? (announced === undefined ? undefined : announcedTask(arn, announced));
  if (known === undefined) read.note("tasks", whyNot(read.inventory, "task", arn));
  const cluster = task?.clusterArn;
  const tags = cluster === undefined ? {} : (read.known("cluster", cluster)?.value.tags ?? {});
  return {
    ...NO_BASE,
    notInEcs: false,
    clusterTags: tags,
    complete: task !== undefined,
    tasks: task === undefined ? [] : [task],
  };
}

function servicesOf(read: Reader, tasks: readonly EcsTask[]): readonly EcsService[] {
  const ids = new Map<string, string>();
  for (const task of tasks) {
    const name = serviceOf(task);
    if (name !== null) ids.set(serviceId(task.clusterArn, name), name);
  }
  return [...ids].flatMap(([id, name]) => {
    const service = read.needNow("service", id, "services", name)?.value;
    if (service?.unread !== undefined) read.note("targets", `${name}: its revisions: ${service.unread}`);
    return service ?? [];
  });
}

function taskFact(read: Reader, task: EcsTask, services: readonly EcsService[]): TaskFact {
  const name = serviceOf(task);
  const service = services.find((one) => one.name === name && one.clusterArn === task.clusterArn);
  return {
    task,
    role: isManagedDaemon(task) || service?.daemon === true ? "daemon" : name === null ? "standalone" : "service",
    service: name,
    stopTimeout: read.known("taskDefinition", task.taskDefinitionArn)?.value.stopTimeout ?? null,
  };
}
