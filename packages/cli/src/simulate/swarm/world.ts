import type { Config } from "@spotkeeper/controller";
import { ALONE_DIMENSIONS, type AloneItem } from "./dimensions/alone.ts";
import {
  BY_HAND_DIMENSIONS,
  type ByHandItem,
  type ShiftItem,
  TARGET_GROUP_DIMENSIONS,
  type TargetGroupItem,
} from "./dimensions/balancers.ts";
import { CONTAINER_DIMENSIONS, type ContainerItem } from "./dimensions/containers.ts";
import { CLOCK_DIMENSIONS, type ClockItem } from "./dimensions/clocks.ts";
import type { Dimensions } from "./dimensions/dice.ts";
import { EVENT_DIMENSIONS, type EventItem } from "./dimensions/events.ts";
import { FAULT_DIMENSIONS, type FaultItem } from "./dimensions/faults.ts";
import { GROUP_DIMENSIONS, type GroupItem } from "./dimensions/groups.ts";
import { MANAGED_DIMENSIONS, type ManagedItem } from "./dimensions/managed.ts";
import { LIFE_DIMENSIONS, type LifeItem } from "./dimensions/lives.ts";
import { MESSAGE_DIMENSIONS, type MessageItem } from "./dimensions/messages.ts";
import { OUTAGE_DIMENSIONS, type OutageItem } from "./dimensions/outages.ts";
import { OWNER_DIMENSIONS, type OwnerItem } from "./dimensions/owners.ts";
import { PLACE_DIMENSIONS, type PlaceItem } from "./dimensions/places.ts";
import { POLICY_DIMENSIONS } from "./dimensions/policy.ts";
import { SERVICE_DIMENSIONS, type ServiceItem } from "./dimensions/services.ts";
import { STANDALONE_DIMENSIONS, type StandaloneItem } from "./dimensions/standalone.ts";
import { STORY_DIMENSIONS } from "./dimensions/stories.ts";
import { readPolicy, type SwarmPolicy } from "./swarm-policy.ts";
import type { UserFleet } from "./user-fleet.ts";

/**
 * One generated world as plain JSON: what exists, what happens, and what goes wrong. A seed gives one world. A failing
 * world is reduced by leaving out items of its lists. So each item must stand alone: a reference to a missing item is
 * ignored.
 */
export interface SwarmWorld {
  readonly seed: number;
  /** Whether the inventory knows the fleet at the beginning. */
  readonly warm: boolean;
  /** All places; the first is the worker's own. */
  readonly places: readonly PlaceItem[];
  readonly policy: SwarmPolicy;
  readonly targetGroups: readonly TargetGroupItem[];
  readonly groups: readonly GroupItem[];
  /** Groups whose tags or operator name an owner. */
  readonly owners: readonly OwnerItem[];
  readonly alone: readonly AloneItem[];
  readonly managed: readonly ManagedItem[];
  /** Hook messages in the queue's own place come without EventBridge's envelope: their rule passes on `$.detail`. */
  readonly bareHooks: boolean;
  readonly services: readonly ServiceItem[];
  readonly standalone: readonly StandaloneItem[];
  readonly containers: readonly ContainerItem[];
  /** Targets that a person registered. */
  readonly byHand: readonly ByHandItem[];
  readonly shifts: readonly ShiftItem[];
  readonly events: readonly EventItem[];
  /** Messages in the queue that do not come from the fleet's events. */
  readonly messages: readonly MessageItem[];
  readonly faults: readonly FaultItem[];
  readonly outages: readonly OutageItem[];
  /** The number of workers that share the ledger and the queue. */
  readonly workers: number;
  /** The ledger is a remote service: each answer takes a while, and its queues and lists lag. */
  readonly remoteLedger: boolean;
  /** The workers are functions, frozen between invocations, not processes. */
  readonly areFunctions: boolean;
  readonly clocks: readonly ClockItem[];
  /** The staleness of EC2's reads, in seconds. */
  readonly readLag: number;
  readonly lives: readonly LifeItem[];
  /** A user's fleet in place of places, groups and what belongs to them; null means a generated fleet. */
  readonly user: UserFleet | null;
}

/** Returns the policy of the worker: the user's, or the generated one. */
export const playedPolicy = ({ policy, user }: SwarmWorld): Config["policy"] =>
  user?.policy ?? readPolicy(policy.written ?? {});

/** The dimensions of events and faults, for any fleet. */
const HAPPENING: Dimensions<SwarmWorld> = {
  "warm inventory": ({ warm }) => warm,
  "empty inventory": ({ warm }) => !warm,
  ...of(EVENT_DIMENSIONS, ({ events }) => events),
  ...of(MESSAGE_DIMENSIONS, ({ messages }) => messages),
  ...of(FAULT_DIMENSIONS, ({ faults }) => faults),
  ...of(OUTAGE_DIMENSIONS, ({ outages }) => outages),
  ...of(STORY_DIMENSIONS, (world) => world),
  ...of(CLOCK_DIMENSIONS, ({ clocks }) => clocks),
  "EC2 reads lag": ({ readLag }) => readLag > 0,
  "two workers": ({ workers }) => workers === 2,
  "a ledger over a network": ({ remoteLedger }) => remoteLedger,
  "a function, frozen in between": ({ areFunctions }) => areFunctions,
  ...of(LIFE_DIMENSIONS, ({ lives }) => lives),
};

/**
 * Returns the names of all dimensions. A user's fleet and policy do not vary from world to world, so their dimensions
 * are left out.
 */
export const dimensionsOf = (user: UserFleet | null): readonly string[] =>
  user === null
    ? Object.keys(DIMENSIONS)
    : [...Object.keys(user.policy === null ? POLICY_DIMENSIONS : {}), ...Object.keys(HAPPENING)];

/** The dimensions of a world; each world is counted by these. */
export const DIMENSIONS: Dimensions<SwarmWorld> = {
  ...of(PLACE_DIMENSIONS, ({ places }) => places),
  ...of(OWNER_DIMENSIONS, ({ owners }) => owners),
  ...of(POLICY_DIMENSIONS, ({ policy }) => policy),
  ...of(TARGET_GROUP_DIMENSIONS, ({ targetGroups }) => targetGroups),
  ...of(BY_HAND_DIMENSIONS, ({ byHand }) => byHand),
  "target registered by its address": ({ byHand, targetGroups }) =>
    byHand.some((one) => targetGroups.some(({ name, type }) => name === one.targetGroup && type === "ip")),
  "zonal shift": ({ shifts }) => shifts.length > 0,
  ...of(GROUP_DIMENSIONS, ({ groups }) => groups),
  ...of(ALONE_DIMENSIONS, ({ alone }) => alone),
  ...of(MANAGED_DIMENSIONS, ({ managed }) => managed),
  "messages of hooks without envelope": ({ bareHooks, groups }) =>
    bareHooks && groups.some(({ hook, launchHook }) => hook !== null || launchHook !== null),
  ...of(SERVICE_DIMENSIONS, ({ services }) => services),
  ...of(STANDALONE_DIMENSIONS, ({ standalone }) => standalone),
  ...of(CONTAINER_DIMENSIONS, ({ containers }) => containers),
  ...HAPPENING,
};

/** Applies the dimensions of a part to a world. */
function of<T>(dimensions: Dimensions<T>, part: (world: SwarmWorld) => T): Dimensions<SwarmWorld> {
  return Object.fromEntries(
    Object.entries(dimensions).map(([name, has]) => [name, (world: SwarmWorld) => has(part(world))]),
  );
}
