import { aloneOf } from "./dimensions/alone.ts";
import { byHandOf, shiftsOf, targetGroupsOf } from "./dimensions/balancers.ts";
import { containersOf } from "./dimensions/containers.ts";
import { clocksOf } from "./dimensions/clocks.ts";
import { type Dice, diceOf } from "./dimensions/dice.ts";
import { type EventItem, eventsOf } from "./dimensions/events.ts";
import { faultsOf, readLagOf } from "./dimensions/faults.ts";
import { focusOf, type Holder, instanceIn, type NthInstance } from "./dimensions/focus.ts";
import { groupsOf } from "./dimensions/groups.ts";
import { areFunctions, isLedgerRemote, livesOf, workersOf } from "./dimensions/lives.ts";
import { managedOf } from "./dimensions/managed.ts";
import { messagesOf } from "./dimensions/messages.ts";
import { outagesOf } from "./dimensions/outages.ts";
import { ownersOf } from "./dimensions/owners.ts";
import { nameIn, type PlaceItem, placesOf } from "./dimensions/places.ts";
import { policyOf, leaningOf } from "./dimensions/policy.ts";
import { portGroupsOf, serviceLeaning, servicesOf } from "./dimensions/services.ts";
import { standaloneOf } from "./dimensions/standalone.ts";
import { storiesOf } from "./dimensions/stories.ts";
import { judgedBy, type SwarmPolicy } from "./swarm-policy.ts";
import { holdersOf, placesOf as userPlaces, type UserFleet } from "./user-fleet.ts";
import type { SwarmWorld } from "./world.ts";

/** The content of one place, and the instances to which most of its events happen. */
interface Local extends Pick<
  SwarmWorld,
  "targetGroups" | "groups" | "alone" | "managed" | "services" | "standalone" | "byHand" | "shifts"
> {
  readonly focus: readonly NthInstance[];
  /** An ECS Managed Instance on Spot, if there is one. */
  readonly managedSpot: readonly NthInstance[];
}

/** Generates the world of a seed. */
export function generateWorld(seed: number): SwarmWorld {
  const dice = (part: string): Dice => diceOf(seed, part);
  const places = placesOf(dice("places"));
  const locals = places.map((place) => localOf(place, (part) => dice(nameIn(place, part))));
  const groups = locals.flatMap((local) => local.groups);
  const alone = locals.flatMap((local) => local.alone);
  const focus = locals.flatMap((local) => local.focus);
  const managed = locals.flatMap((local) => local.managed);
  return {
    seed,
    warm: dice("warm").random.next() < 0.7,
    places,
    policy: drawnPolicy(dice),
    targetGroups: locals.flatMap(({ targetGroups }) => targetGroups),
    groups,
    alone,
    managed,
    bareHooks: dice("bare hooks").may("bare hooks"),
    owners: ownersOf(dice("owners"), groups),
    services: locals.flatMap(({ services }) => services),
    standalone: locals.flatMap(({ standalone }) => standalone),
    containers: containersOf(
      dice("containers"),
      [...groups, ...alone].filter(({ cluster }) => cluster !== null),
    ),
    byHand: locals.flatMap(({ byHand }) => byHand),
    shifts: locals.flatMap(({ shifts }) => shifts),
    ...troubleOf(
      dice,
      places,
      focus,
      [...groups, ...alone],
      eventsOf(
        dice("events"),
        [...focus, ...locals.flatMap(({ managedSpot }) => managedSpot)],
        [...groups, ...alone, ...managed],
      ),
    ),
    user: null,
  };
}

/** Generates the world of a seed with a user's fleet, and with the user's policy if there is one. */
export function worldOf(user: UserFleet, seed: number): SwarmWorld {
  const dice = (part: string): Dice => diceOf(seed, part);
  const places = userPlaces(user.facts);
  const holders = holdersOf(user.facts);
  const focus = focusOf(dice("focus"), holders);
  return {
    seed,
    warm: dice("warm").random.next() < 0.7,
    places,
    policy: user.policy === null ? drawnPolicy(dice) : judgedBy(user.policy),
    targetGroups: [],
    groups: [],
    alone: [],
    managed: [],
    bareHooks: dice("bare hooks").may("bare hooks"),
    owners: [],
    services: [],
    standalone: [],
    containers: [],
    byHand: [],
    shifts: [],
    ...troubleOf(dice, places, focus, holders, eventsOf(dice("events"), focus, holders)),
    user,
  };
}

const drawnPolicy = (dice: (part: string) => Dice): SwarmPolicy => policyOf(dice("policy"), leaningOf(dice("leaning")));

function localOf(place: PlaceItem, dice: (part: string) => Dice): Local {
  const targetGroups = targetGroupsOf(dice("target groups"), place);
  const ports = portGroupsOf(dice("ports"), place);
  const tasks = targetGroups.filter(({ type }) => type === "ip");
  const fronts = targetGroups.filter(({ type }) => type === "instance").map(({ name }) => name);
  const groups = groupsOf(dice("groups"), place, fronts);
  const alone = aloneOf(dice("alone"), place);
  const holders = [...groups, ...alone];
  const focus = focusOf(dice("focus"), holders);
  const clusters = [...new Set(holders.flatMap(({ cluster }) => cluster ?? []))];
  const managed = managedOf(dice("managed"), place, clusters);
  const onSpot = managed.filter(({ spot }) => spot);
  const serviceClusters = clusters.map((name) => ({
    name,
    hasManaged: managed.some(({ cluster }) => cluster === name),
  }));
  return {
    focus,
    managed,
    managedSpot: onSpot.length === 0 ? [] : [instanceIn(dice("managed focus").random, onSpot)],
    targetGroups: [...targetGroups, ...ports],
    groups,
    alone,
    services: servicesOf(dice("services"), serviceLeaning(dice("service leaning")), place, serviceClusters, [
      ...tasks,
      ...ports,
    ]),
    standalone: standaloneOf(dice("standalone"), place, clusters),
    byHand: byHandOf(
      dice("by hand"),
      focus,
      holders,
      targetGroups.map(({ name }) => name),
    ),
    shifts: shiftsOf(dice("shifts"), place),
  };
}

/** What happens, and what goes wrong, whatever the fleet; `events` are those that no story tells. */
function troubleOf(
  dice: (part: string) => Dice,
  places: readonly PlaceItem[],
  focus: readonly NthInstance[],
  holders: readonly Holder[],
  events: readonly EventItem[],
): Pick<
  SwarmWorld,
  | "events"
  | "messages"
  | "faults"
  | "outages"
  | "workers"
  | "remoteLedger"
  | "areFunctions"
  | "clocks"
  | "readLag"
  | "lives"
> {
  const workers = workersOf(dice("workers"));
  const functions = areFunctions(dice("functions"));
  const stories = storiesOf(dice("stories"), focus, holders);
  return {
    events: [...events, ...stories.events].toSorted((one, other) => one.at - other.at),
    messages: messagesOf(dice("messages"), focus, holders),
    faults: faultsOf(dice("faults")),
    outages: [...outagesOf(dice("outages"), places), ...stories.outages],
    workers,
    remoteLedger: isLedgerRemote(dice("ledger")),
    areFunctions: functions,
    // assumed: AWS keeps the clocks of Lambda's hosts correct.
    clocks: functions ? [] : clocksOf(dice("clocks"), workers),
    readLag: readLagOf(dice("read lag")),
    lives: livesOf(dice("lives"), workers),
  };
}
