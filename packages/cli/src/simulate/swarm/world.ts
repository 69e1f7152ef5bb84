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
import { readPolicy, type SwarmPolicy } from "./judged.ts";
import type { UserFleet } from "./user-fleet.ts";

/**
 * One generated world as plain JSON: what there is, what happens, and what goes wrong. A seed gives one; a failing one is
 * made smaller by leaving out items of its lists, so that every item stands by itself: what it refers to and is not there
 * is simply not there.
 */
export interface SwarmWorld {
  readonly seed: number;
  /** Whether the inventory knows the fleet before anything happens. */
  readonly warm: boolean;
  /** Where something is; the first is the worker's own place. */
  readonly places: readonly PlaceItem[];
  readonly policy: SwarmPolicy;
  readonly targetGroups: readonly TargetGroupItem[];
  readonly groups: readonly GroupItem[];
  /** Groups with marks that tell whose they are. */
  readonly owners: readonly OwnerItem[];
  readonly alone: readonly AloneItem[];
  readonly managed: readonly ManagedItem[];
  /** The messages of hooks of the queue's own place come without EventBridge's envelope: their rule passes `$.detail` on. */
  readonly bareHooks: boolean;
  readonly services: readonly ServiceItem[];
  readonly standalone: readonly StandaloneItem[];
  readonly containers: readonly ContainerItem[];
  /** Targets that a person registered. */
  readonly byHand: readonly ByHandItem[];
  readonly shifts: readonly ShiftItem[];
  readonly events: readonly EventItem[];
  /** What reaches the queue beside what the fleet says. */
  readonly messages: readonly MessageItem[];
  readonly faults: readonly FaultItem[];
  readonly outages: readonly OutageItem[];
  /** How many workers share the ledger and the queue. */
  readonly workers: number;
  /** Their ledger answers over a network: each answer takes a while, and its queues and lists lag. */
  readonly remoteLedger: boolean;
  /** They are functions, frozen between two invocations, and no processes. */
  readonly areFunctions: boolean;
  readonly clocks: readonly ClockItem[];
  /** Seconds. */
  readonly readLag: number;
  readonly lives: readonly LifeItem[];
  /** What a user has instead of places, groups and what belongs to them; null: a generated fleet. */
  readonly user: UserFleet | null;
}

/** The policy that the worker has: the user's own, or the generated one. */
export const playedPolicy = ({ policy, user }: SwarmWorld): Config["policy"] =>
  user?.policy ?? readPolicy(policy.written ?? {});

/** Those of what happens, whatever the fleet. */
const HAPPENING: Dimensions<SwarmWorld> = {
  "warm inventory": ({ warm }) => warm,
  "empty inventory": ({ warm }) => !warm,
  ...of(EVENT_DIMENSIONS, ({ events }) => events),
  ...of(MESSAGE_DIMENSIONS, ({ messages }) => messages),
  ...of(FAULT_DIMENSIONS, ({ faults }) => faults),
  ...of(OUTAGE_DIMENSIONS, ({ outages }) => outages),
  ...of(CLOCK_DIMENSIONS, ({ clocks }) => clocks),
  "EC2 reads lag": ({ readLag }) => readLag > 0,
  "two workers": ({ workers }) => workers === 2,
  "a ledger over a network": ({ remoteLedger }) => remoteLedger,
  "a function, frozen in between": ({ areFunctions }) => areFunctions,
  ...of(LIFE_DIMENSIONS, ({ lives }) => lives),
};

/** Names of the dimensions that worlds can have; the fleet and the policy of a user do not change from world to world. */
export const dimensionsOf = (user: UserFleet | null): readonly string[] =>
  user === null
    ? Object.keys(DIMENSIONS)
    : [...Object.keys(user.policy === null ? POLICY_DIMENSIONS : {}), ...Object.keys(HAPPENING)];

/** The dimensions of a world, by name: what was met is counted by this. */
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

/** The dimensions of a part, asked of a world. */
function of<T>(dimensions: Dimensions<T>, part: (world: SwarmWorld) => T): Dimensions<SwarmWorld> {
  return Object.fromEntries(
    Object.entries(dimensions).map(([name, has]) => [name, (world: SwarmWorld) => has(part(world))]),
  );
}
