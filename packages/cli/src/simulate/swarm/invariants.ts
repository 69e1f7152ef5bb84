import { type AlertModel, type Incident, SpotkeeperError } from "@spotkeeper/controller";
import type { Group, Ms } from "@spotkeeper/simulator";
import { isWatched } from "../run-to-end.ts";
import type { SwarmFleet } from "./swarm-fleet.ts";
import type { OutageKind } from "./dimensions/outages.ts";
import type { Check, Ended } from "./ended.ts";
import { BALANCERS, CONTAINERS, isExcused, lost, type Loss, TASKS } from "./excused.ts";
import { drainsInTime } from "./in-time.ts";
import { isLeftToPeople } from "./left-behind.ts";
import { isCalm, MAY_DEREGISTER } from "./invariants/family.ts";
import { survivorsServe } from "./survivors.ts";
import type { Breach } from "./watch.ts";
import type { SwarmWorld } from "./world.ts";

const MAY_ANSWER: ReadonlySet<string> = new Set(["everything", "not deregister", "not drain"]);

/** Whether AWS denies the operation each time. */
const isNeverAllowed = ({ faults }: SwarmWorld, operation: string): boolean =>
  faults.some((fault) => fault.operation === operation && fault.times === null);

/** Nothing is left on what was warned of in time; where something went wrong, an alert may say what is, and why. */
const nothingLeft =
  (loss: Loss, say: (instanceId: string, left: readonly string[]) => string): Check =>
  (ended) =>
    lost(ended, loss)
      .filter(({ instanceId }) => isCalm(ended.spec) || !isExcused(ended, instanceId, loss))
      .map((facts) => say(facts.instanceId, loss.of(facts)));

/** What holds at the end of every world. Those of `watch.ts` hold all along. */
export const INVARIANTS: { readonly [name: string]: Check } = {
  "what is doomed is out of every balancer before its deadline": nothingLeft(
    BALANCERS,
    (id, lost) => `${id} took connections at its end by ${lost.join(", ")}`,
  ),

  // ECS places tasks on what is not DRAINING, also where nothing runs on it any more.
  "what is doomed is draining before its deadline": nothingLeft(
    CONTAINERS,
    (id, lost) => `${id} was not DRAINING at its end: ${lost.join(", ")}`,
  ),

  "no task is killed that nobody told to stop": nothingLeft(
    TASKS,
    (id, lost) => `${id} ended with ${lost.length} tasks that ran`,
  ),

  "desired capacity ends where it began, or where a person put it": ({ fleet, people }) =>
    groupsOf(fleet).flatMap((group) => {
      const { name, desired, baseline } = group;
      const wanted = people.desired.get(group) ?? baseline;
      return desired === wanted ? [] : [`${name} is left at ${desired}, not at ${wanted}`];
    }),

  "nothing is left billed and ownerless": ({ fleet, people, sent, refused }) => {
    const { detachedRunning, onDemandRaised } = fleet.world.oracle.leftovers();
    return [
      ...detachedRunning
        .flatMap((id) => fleet.world.instances.get(id) ?? [])
        .filter((instance) => !people.detached.has(instance.id) && !isLeftToPeople(instance, [...sent, ...refused]))
        .map(({ id }) => `${id} runs, outside its group`),
      ...onDemandRaised.map(({ group, onDemandBase }) => `${group} is left with an On-Demand base of ${onDemandBase}`),
    ];
  },

  "hooks of ours are answered": ({ spec, fleet }) =>
    fleet.world.oracle
      .leftovers()
      .openActions.filter(({ hook }) => fleet.ourHooks.has(hook) && MAY_ANSWER.has(spec.policy.may))
      .filter(() => !isNeverAllowed(spec, "CompleteLifecycleAction"))
      .filter(({ instanceId }) => !fleet.notOurInstances.has(instanceId))
      .filter(({ instanceId }) => !fleet.notOurs.some(({ members }) => members.has(instanceId)))
      .map(({ group, hook, instanceId }) => `${hook} of ${group} still holds ${instanceId}`),

  "draining begins when a warning is heard": (ended) =>
    MAY_DEREGISTER.has(ended.spec.policy.may) ? drainsInTime(ended) : [],

  "what lives on serves as before": survivorsServe,

  "what people did by hand stays": ({ fleet, people, looks }) => [
    ...[...people.deregistered].flatMap(([target, at]) => {
      const { group, id, port } = target;
      const now = group.targets.get(`${id}:${port}`);
      return now === undefined || now.state === "draining" || looks.areBlind(target, at)
        ? []
        : [`${group.name}/${id}:${port}, which a person deregistered, is registered`];
    }),
    ...[...people.drained].flatMap((id) => {
      const instance = fleet.world.instances.get(id);
      return instance?.state === "running" && instance.containerInstance?.status === "ACTIVE"
        ? [`${id}, which a person set DRAINING, is ACTIVE`]
        : [];
    }),
  ],

  // A task's registration that comes back after the task has gone takes requests that nobody answers. Instances have
  // addresses in 10.0.0.0/8, tasks others.
  "no target is left that no task serves": ({ fleet }) =>
    fleet.regions.flatMap(({ clusters, targetGroups }) => {
      const tasks = [...clusters.values()].flatMap((cluster) => [...cluster.tasks.values()]);
      const live = new Set(
        tasks.filter(({ lastStatus }) => lastStatus !== "STOPPED").map(({ privateIp }) => privateIp),
      );
      return [...targetGroups.values()]
        .filter(({ targetType }) => targetType === "ip")
        .flatMap(({ name, targets }) =>
          [...targets.values()]
            .filter(({ id, state }) => state !== "draining" && !id.startsWith("10.") && !live.has(id))
            .map(({ id, port }) => `${name} has ${id}:${port}`),
        );
    }),

  "each effect takes place once": ({ fleet }) =>
    fleet.world.oracle.duplicates().map(({ kind, key, count }) => `${kind} ${key}: ${count} times`),

  "every incident closes": ({ incidents, at }) =>
    [...incidents]
      .filter(([, one]) => one.closedAt === null && !isWatched(one) && !hasJustBegun(one, at))
      .map(([key, { steps, owed }]) => {
        const open = [...steps, ...owed].filter(({ state }) => state === "waiting" || state === "intended");
        return `${key} is open: ${open.map(({ id, reason }) => `${id} (${reason ?? "no reason"})`).join(", ")}`;
      }),

  // One that somebody else ended first was not interrupted, whatever a late warning says.
  "every warning is told, and how it ended": ({ fleet, sent, refused }) =>
    fleet.world.oracle
      .facts()
      .filter(
        ({ instanceId, warnedAt, diedAt }) => warnedAt !== null && (diedAt !== null || isRunning(fleet, instanceId)),
      )
      .filter(({ instanceId }) => !isTold([...sent, ...refused], instanceId))
      .map(({ instanceId }) => `nobody was told how the interruption of ${instanceId} ended`),

  "the worker has no bug": ({ spec, failures }) =>
    failures
      .filter(({ error }) => !isOfOutage(spec, error))
      .map(({ what, error }) => `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
};

/** Longer than what takes an instance that ends by itself; shorter than a world goes on after its last event. */
const JUST: Ms = 3_600_000;

/**
 * Some worlds never come to rest: a group whose launching hook nobody answers launches again each time that one is
 * abandoned. What such a launch has opened lately is not late, as long as each of its steps has time left.
 */
const hasJustBegun = ({ openedAt, steps, owed }: Incident, at: Ms): boolean =>
  at - openedAt < JUST && [...steps, ...owed].every(({ settledAt, abandonAt }) => settledAt !== null || abandonAt > at);

/** Those that nobody has deleted. */
const groupsOf = ({ groups }: SwarmFleet): Group[] =>
  [...groups.values()].filter((group) => group.region.groups.get(group.name) === group);

/** What an outage has the log told, which is no bug: a store that is away fails whoever asks it. Nothing else is excused. */
const LOGGED_FOR: { readonly [kind in OutageKind]?: SpotkeeperError["code"] } = {
  "ledger full": "SK-LEDGER-FULL",
  "ledger away": "SK-LEDGER-UNAVAILABLE",
  "archive away": "SK-ARCHIVE-UNAVAILABLE",
  "channel refuses": "SK-ALERT-UNTOLD",
};

const isOfOutage = ({ outages }: SwarmWorld, error: unknown): boolean =>
  error instanceof SpotkeeperError && outages.some(({ kind }) => LOGGED_FOR[kind] === error.code);

const isRunning = ({ world }: SwarmFleet, instanceId: string): boolean =>
  world.instances.get(instanceId)?.state === "running";

const isTold = (sent: readonly AlertModel[], instanceId: string): boolean =>
  sent.some(({ members }) => members.some(({ subject, outcome }) => subject === instanceId && outcome !== null));

/** Every breach of an invariant at the end of a world. */
export const breachesAtEnd = (ended: Ended): Breach[] =>
  Object.entries(INVARIANTS).flatMap(([invariant, check]) =>
    check(ended).map((what) => ({ invariant, at: ended.at, what })),
  );
