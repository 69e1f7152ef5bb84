import type { WorldResult } from "./run-world.ts";
import type { AloneItem } from "./dimensions/alone.ts";
import { FAULT_WORDS } from "./dimensions/faults.ts";
import type { EventItem } from "./dimensions/events.ts";
import type { GroupItem } from "./dimensions/groups.ts";
import type { LifeItem } from "./dimensions/lives.ts";
import type { ServiceItem } from "./dimensions/services.ts";
import type { StandaloneItem } from "./dimensions/standalone.ts";
import type { UserFleet } from "./user-fleet.ts";
import type { SwarmWorld } from "./world.ts";

/** The number of timeline lines in a story. */
const LINES = 40;

/** Tells a failing world in plain words: the fleet, the events, what the worker did, and the breaches. */
export function tellStory(world: SwarmWorld, result: WorldResult, repeat: string): string {
  const [first] = result.breaches;
  const lines = [
    `The world of seed ${world.seed} breaks an invariant. This is the smallest one found in which it is still broken.`,
    "",
    "The fleet (instances of a group are counted from 0)",
    ...world.places.map(({ name, account, region }) => `  ${name}: ${region} of account ${account}`),
    ...world.groups.map((group) => `  ${sayGroup(group)}`),
    ...world.owners.map(({ group, owner }) => `  group ${group} belongs to somebody else: ${owner}`),
    ...world.alone.map((one) => `  ${sayAlone(one)}`),
    ...world.managed.map(
      ({ name, cluster, desired, spot }) =>
        `  ${desired} instances of the cluster ${cluster} that ECS manages itself (${name}), ${spot ? "on Spot" : "On-Demand"}`,
    ),
    ...(world.bareHooks
      ? ["  an EventBridge rule that passes messages of lifecycle hooks on without the event around them"]
      : []),
    ...world.services.map((service) => `  ${sayService(service)}`),
    ...world.containers.map(
      ({ group, nth, is }) => `  instance ${nth} of ${group}: its registration with ECS is ${is}`,
    ),
    ...world.standalone.map((item) => `  ${sayStandalone(item)}`),
    ...world.targetGroups.map(
      ({ name, type, delay, balancer, zoneOff }) =>
        `  target group ${name} of type ${type}, deregistration delay ${delay} s, ${balancer === null ? "no load balancer" : `behind a load balancer (${balancer})`}${zoneOff === null ? "" : `, zone ${zoneOff} off`}`,
    ),
    ...(world.user === null ? [] : sayFacts(world.user)),
    ...world.shifts.map(({ place, zone }) => `  a zonal shift away from zone ${zone} of ${place}`),
    ...world.byHand.map(
      ({ group, nth, targetGroup, port, state }) =>
        `  instance ${nth} of ${group}, registered by hand in ${targetGroup} on port ${port}, ${state}`,
    ),
    "",
    "The worker",
    `  policy: ${sayPolicy(world)}`,
    `  its inventory ${world.warm ? "knows the fleet at the beginning" : "is empty at the beginning"}`,
    ...(world.workers === 1 ? [] : [`  there are ${world.workers} workers, on one ledger and one queue`]),
    "",
    "What happens (seconds from the beginning)",
    ...world.events.map((event) => `  ${sayEvent(event)}`),
    ...world.messages.map(
      ({ at, kind, nth, of }) =>
        `  after ${at} s: a message that no event of the fleet brings, ${kind} (made from message ${nth} of those before, or about instance ${of.nth} of ${of.group})`,
    ),
    ...world.faults.map(
      ({ kind, operation, skip, times }) =>
        `  ${operation ?? "all operations of AWS"}: ${skip === 0 ? "" : `the first ${skip} calls work, then `}${times === null ? "every call" : `${times} ${times === 1 ? "call" : "calls"}`} from then on: ${FAULT_WORDS[kind]}`,
    ),
    ...world.outages.map(
      ({ kind, from, lasts, of }) => `  after ${from} s, for ${lasts} s: ${kind}${of === null ? "" : ` (${of})`}`,
    ),
    ...world.clocks.map(
      ({ worker, ahead, setAt, setTo }) =>
        `  the clock of worker ${worker} is ${ahead} s ahead of AWS's${setAt === null ? "" : `; after ${setAt} s somebody sets it to ${setTo} s ahead`}`,
    ),
    ...(world.readLag === 0 ? [] : [`  EC2's answers are up to ${world.readLag} s old`]),
    ...world.lives.map((life) => `  ${sayLife(life)}`),
    "",
    "Timeline (the last lines before the end; times of the simulated clock)",
    ...result.timeline.slice(-LINES).map(({ at, text }) => `  ${hour(at)}  ${text}`),
    "",
    ...result.breaches.map(({ at, invariant, what }) => `${hour(at)}  BROKEN: ${invariant}. ${what}`),
    ...(first === undefined ? ["Nothing broke."] : []),
    "",
    `Again: ${repeat}`,
  ];
  return `${lines.join("\n")}\n`;
}

const hour = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** Describes a kill or freeze. A "call out" goes to AWS, the ledger, a channel, or the clock that wakes the worker. */
function sayLife({ worker, kind, crossing, pause }: LifeItem): string {
  const where = `call out number ${crossing}`;
  switch (kind) {
    case "killed before":
    case "killed after":
      return `worker ${worker} is ${kind} its ${where}; another one starts ${pause} s later`;
    case "frozen":
      return `worker ${worker} is frozen at its ${where}, and goes on ${pause} s later`;
  }
}

function sayPolicy({ policy, user }: SwarmWorld): string {
  if (user !== null && user.policy !== null) return `that of ${user.configFile ?? "the config"}`;
  return JSON.stringify(policy.written);
}

/** Describes the rest of a user's fleet in a reduced world. */
function sayFacts({ file, facts }: UserFleet): string[] {
  const of = (what: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`  of ${file}: ${what} ${names.join(", ")}`];
  return [
    ...of(
      "the groups",
      facts.groups.map((one) => `${one.name} (${one.instances.length} instances)`),
    ),
    ...of(
      "the instances",
      facts.instances.map(({ id }) => id),
    ),
    ...of(
      "the services",
      facts.services.map(({ cluster, name }) => `${cluster}/${name}`),
    ),
    ...of(
      "the tasks",
      facts.tasks.map(({ cluster, family }) => `${cluster}/${family}`),
    ),
    ...of(
      "the target groups",
      facts.targetGroups.map(({ name }) => name),
    ),
    ...of(
      "the Classic Load Balancers",
      facts.classicLoadBalancers.map(({ name }) => name),
    ),
  ];
}

function sayGroup(group: GroupItem): string {
  const traits = [
    group.cluster === null ? "in no ECS cluster" : `in the ECS cluster ${group.cluster}`,
    `its maximum is ${group.room} above that`,
    ...(group.mixed ? [] : ["no mixed instances policy"]),
    ...(group.onDemandBase > 0 ? [`On-Demand base of ${group.onDemandBase}`] : []),
    ...(group.onDemandPercent > 0 ? [`${group.onDemandPercent} % On-Demand above that`] : []),
    ...(group.targetGroups.length > 0 ? [`registers in the target groups ${group.targetGroups.join(" and ")}`] : []),
    ...(group.classic ? ["registers in a Classic Load Balancer"] : []),
    ...(group.lattice ? ["registers in a VPC Lattice target group"] : []),
    ...(group.asTrafficSources ? ["attached as traffic sources"] : []),
    ...(group.hook === null ? [] : [`a terminating hook (${group.hook})`]),
    ...(group.launchHook === null ? [] : [`a launching hook (${group.launchHook})`]),
    ...(group.managedDraining ? ["ECS managed draining"] : []),
    ...(group.managedScaling ? ["ECS managed scaling"] : []),
    ...(group.managedProtection ? ["ECS managed termination protection"] : []),
    ...(group.agentSpotDraining ? ["Spot draining of the ECS agent"] : []),
    ...(group.capacityRebalance ? ["Capacity Rebalancing"] : []),
    ...(group.protectNew ? ["new instances are protected from scale-in"] : []),
    ...(group.firstProtected ? ["its first instance protected from scale-in"] : []),
    ...(group.terminationProtected ? ["its first instance protected from termination"] : []),
    ...(group.maintenance === null ? [] : [`healthy between ${group.maintenance.min} and ${group.maintenance.max} %`]),
    ...(group.standby ? ["its last instance on standby"] : []),
    ...(group.attached > 0 ? [`${group.attached} of its instances were attached by a person`] : []),
    ...(group.weighted ? ["its instance types have the weights 1 and 2"] : []),
    ...(group.registeredAgain ? ["its first instance is registered twice with ECS"] : []),
    ...(group.launching ? ["a launch under way"] : []),
    ...(group.refreshing ? ["an instance refresh under way"] : []),
    ...(group.rebalancing ? ["its first Spot Instance being replaced by Capacity Rebalancing"] : []),
    ...(group.held ? ["its last instance held by somebody else's hook"] : []),
    ...(group.retains ? ["it retains what a hook abandons"] : []),
    ...(group.retained ? ["one retained already"] : []),
    ...(group.warmPool === null ? [] : [sayPool(group.warmPool)]),
    ...group.suspended.map((name) => `the process ${name} is suspended`),
  ];
  return `group ${group.name}, desired capacity ${group.desired}: ${traits.join(", ")}`;
}

const sayPool = ({ state, reuseOnScaleIn }: NonNullable<GroupItem["warmPool"]>): string =>
  `all On-Demand, a warm pool (${state}${reuseOnScaleIn ? ", takes back what is scaled in" : ""})`;

function sayAlone({ name, cluster, terminationProtected }: AloneItem): string {
  const where = cluster === null ? "in no cluster" : `in the cluster ${cluster}`;
  return `instance ${name}, in no group, ${where}${terminationProtected ? ", protected from termination" : ""}`;
}

function sayService(service: ServiceItem): string {
  const { name, cluster, desired, daemon } = service;
  const traits = [
    `minimum healthy ${service.minimumHealthyPercent} %, maximum ${service.maximumPercent} %`,
    ...(service.stopTimeout === null ? [] : [`stop timeout ${service.stopTimeout} s`]),
    ...(service.launch === "EC2" ? [] : [`on ${service.launch}`]),
    ...(service.controller === "ECS" ? [] : [`deployed by ${service.controller}`]),
    ...(service.withoutPrimary ? ["no primary task set"] : []),
    `network mode ${service.network}`,
    ...(service.addresses === "ipv4" ? [] : [`addresses: ${service.addresses}`]),
    ...(service.targetGroups.length > 0 ? [`in ${service.targetGroups.join(" and ")}`] : []),
    ...(service.alternate === null ? [] : [`blue/green with ${service.alternate}`]),
    ...(service.traffic === null ? [] : [`behind ${service.traffic}`]),
    ...(service.tasks === "stop when told" ? [] : [`its tasks ${service.tasks}`]),
    ...(service.deploying ? ["a deployment begins with the world"] : []),
    ...(service.large ? ["large tasks"] : []),
  ];
  return `${daemon ? `daemon service ${name}` : `service ${name} of ${desired}`} in ${cluster}: ${traits.join(", ")}`;
}

function sayStandalone({ name, cluster, count, group, stopTimeout, ignoresSigterm }: StandaloneItem): string {
  const traits = [
    ...(group === null ? [] : [`in the task group ${group}`]),
    ...(stopTimeout === null ? [] : [`stop timeout ${stopTimeout} s`]),
    ...(ignoresSigterm ? ["they ignore SIGTERM"] : []),
  ];
  return `standalone tasks ${name} in ${cluster}: ${[String(count), ...traits].join(", ")}`;
}

function sayEvent({ at, kind, group, nth, late, copies }: EventItem): string {
  const traits = [...(late > 0 ? [`${late} s late`] : []), ...(copies > 0 ? [`${copies} more copies`] : [])];
  return `after ${at} s: ${kind}, instance ${nth} of ${group}${traits.length === 0 ? "" : ` (${traits.join(", ")})`}`;
}
