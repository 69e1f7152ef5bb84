import type { EventKind } from "../../../../src/simulate/swarm/dimensions/events.ts";
import type { GroupItem } from "../../../../src/simulate/swarm/dimensions/groups.ts";
import type { ServiceItem } from "../../../../src/simulate/swarm/dimensions/services.ts";
import type { SwarmWorld } from "../../../../src/simulate/swarm/world.ts";

export const WARNINGS: readonly EventKind[] = ["warning", "warning after a recommendation"];
export const CANCELLED: readonly EventKind[] = ["cancelled notice"];
export const RECOMMENDED: readonly EventKind[] = ["recommendation"];

type Where = (world: SwarmWorld) => boolean;

export const both =
  (...all: readonly Where[]): Where =>
  (world) =>
    all.every((where) => where(world));

/** AWS answers rightly, and so do the ledger, the clocks and the queue. */
export const isAnswered: Where = ({ faults, outages, clocks, messages, readLag }) =>
  readLag === 0 && [faults, outages, clocks, messages].every(({ length }) => length === 0);

/** The same, and no life is cut off. */
export const isQuiet: Where = (world) => isAnswered(world) && world.lives.length === 0;

export const either =
  (...all: readonly Where[]): Where =>
  (world) =>
    all.some((where) => where(world));

/** The worker may deregister, and ECS stops no task because of it: what it forgets stays in service to the end. */
export const mayNotDrain: Where = ({ policy }) => policy.may === "not drain" && policy.written?.tag?.required !== true;

export const mayDoAll: Where = ({ policy }) => policy.may === "everything" && policy.written?.tag?.required !== true;

/** EC2 warns of Spot Instances alone. */
const isAllSpot = ({ onDemandPercent, warmPool }: GroupItem): boolean => onDemandPercent === 0 && warmPool === null;

/** One of these happens to an instance of a group like this, which has no other owner. */
export const befalls =
  (kinds: readonly EventKind[], like: (group: GroupItem) => boolean): Where =>
  ({ events, groups, owners }) =>
    events.some(
      ({ kind, group }) =>
        kinds.includes(kind) &&
        owners.every((one) => one.group !== group) &&
        groups.some((one) => one.name === group && isAllSpot(one) && like(one)),
    );

/** One of these is the first that happens to an instance of a group like this, which nobody keeps from replacing it. */
export const beginsWith =
  (kinds: readonly EventKind[], like: (group: GroupItem) => boolean): Where =>
  ({ events, groups, owners }) =>
    events.some(
      ({ kind, group, nth, at }) =>
        kinds.includes(kind) &&
        groups.some((one) => one.name === group && isFree(one, nth) && like(one)) &&
        owners.every((one) => one.group !== group) &&
        !events.some((one) => one.group === group && one.nth === nth && one.at < at),
    );

const isFree = (group: GroupItem, nth: number): boolean =>
  !group.capacityRebalance &&
  !group.refreshing &&
  !group.held &&
  group.room > 0 &&
  isAllSpot(group) &&
  !(group.standby && nth === group.desired - 1);

/** One of these happens to an instance that can have tasks of a service like this. */
export const befallsTasks =
  (kinds: readonly EventKind[], like: (service: ServiceItem) => boolean): Where =>
  (world) =>
    world.services
      .filter((one) => ["EC2", "providers"].includes(one.launch) && like(one))
      .some(({ place, cluster }) =>
        befalls(kinds, (group) => group.place === place && group.cluster === cluster)(world),
      );
