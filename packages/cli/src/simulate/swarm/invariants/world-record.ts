import type { Instance, Ms, Service, Simulator } from "@spotkeeper/simulator";
import type { SwarmFleet } from "../swarm-fleet.ts";

export interface TaskSeen {
  readonly arn: string;
  /** The id of its instance; null for none. */
  readonly instance: string | null;
  /** `cluster ARN, service name`; null for a standalone task. */
  readonly service: string | null;
  readonly daemon: boolean;
  readonly running: boolean;
  /** Whether the task was told to stop. */
  readonly stopping: boolean;
  readonly zone: string;
}

interface ServiceSeen {
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly minimum: number;
  readonly daemon: boolean;
  readonly definition: string;
}

/** All services and tasks from one instant until the next moment. */
export interface Moment {
  readonly at: Ms;
  readonly services: ReadonlyMap<string, ServiceSeen>;
  readonly tasks: readonly TaskSeen[];
  /** Ids of instances that are ending, or have an active notice. */
  readonly ending: ReadonlySet<string>;
}

/** The services and tasks at each instant, and the times of AWS reads. It is made from the simulated world alone. */
export interface WorldRecord {
  /** Returns every state between two instants, both included; the first state is that of `from`. */
  within(from: Ms, to: Ms): readonly Moment[];
  /**
   * Returns when AWS was last asked something, with an answer, before `at`; null if never. An answer from the last
   * moments may not have been used yet, so the answer before it counts.
   *
   * @param about texts that the input, as JSON, must contain
   */
  askedFor(operation: string, about: readonly string[], at: Ms): Ms | null;
  /** Returns when an instance last stopped running; null if it never did. */
  ranUntil(id: string): Ms | null;
}

/** An answer is used within this time. */
const IN_USE: Ms = 2_000;

export const serviceKey = (clusterArn: string, name: string): string => `${clusterArn}, ${name}`;

/** Records the fleet at each call and at each change of a service. */
export function recordWorld({ world, regions }: SwarmFleet, simulator: Simulator): WorldRecord {
  const moments: Moment[] = [];
  let last: string | null = null;

  const addMoment = (): void => {
    const ending = endingIn(world);
    const text = `${stateOf(regions)}${ending.join(" ")}`;
    if (text === last) return;
    last = text;
    const services: [string, ServiceSeen][] = [];
    const tasks: TaskSeen[] = [];
    for (const cluster of regions.flatMap(({ clusters }) => [...clusters.values()])) {
      for (const service of cluster.services.values())
        services.push([serviceKey(cluster.arn, service.name), seen(service)]);
      for (const task of cluster.tasks.values())
        if (task.lastStatus !== "STOPPED")
          tasks.push({
            arn: task.arn,
            instance: task.containerInstance?.instance.id ?? null,
            service: task.service === null ? null : serviceKey(cluster.arn, task.service.name),
            daemon: task.service?.strategy === "DAEMON",
            running: task.lastStatus === "RUNNING",
            stopping: task.desiredStatus === "STOPPED",
            zone: task.zone,
          });
    }
    moments.push({ at: world.clock.now(), services: new Map(services), tasks, ending: new Set(ending) });
  };
  const stops = new Map<string, Ms>();
  addMoment();
  world.listeners.instance.push(({ id }, previous) => {
    if (previous === "running") stops.set(id, world.clock.now());
  });
  world.listeners.serviceChanged.push(addMoment);
  world.listeners.taskStopped.push(addMoment);
  simulator.onCall(addMoment);

  return {
    within(from, to) {
      addMoment();
      const before = moments.findLastIndex(({ at }) => at <= from);
      return moments.slice(Math.max(0, before)).filter(({ at }) => at <= to);
    },
    askedFor(operation, about, at) {
      const asked = simulator.calls
        .recent()
        .filter((call) => call.operation === operation && call.outcome === "ok" && call.endedAt <= at)
        .filter(({ input }) => about.every((text) => JSON.stringify(input).includes(text)));
      const used = asked.findLast(({ endedAt }) => endedAt <= at - IN_USE) ?? asked[0];
      return used?.at ?? null;
    },
    ranUntil: (id) => stops.get(id) ?? null,
  };
}

/** Returns a text that differs whenever a moment would. It is made at each call, and mostly nothing has changed. */
function stateOf(regions: SwarmFleet["regions"]): string {
  let text = "";
  for (const { clusters } of regions)
    for (const { services, tasks } of clusters.values()) {
      for (const { arn, desired, definition, minimumHealthyPercent, tasks: own } of services.values())
        text += `${arn} ${desired} ${definition.arn} ${minimumHealthyPercent} ${own.size}\n`;
      for (const { arn, lastStatus, desiredStatus, containerInstance } of tasks.values())
        if (lastStatus !== "STOPPED") text += `${arn} ${lastStatus} ${desiredStatus} ${containerInstance?.arn}\n`;
    }
  return text;
}

/**
 * The time from the warning to the reclaim.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 */
export const NOTICE: Ms = 120_000;
/** The time after a warning until it counts as cancelled (docs/drain.md); the undo follows soon after. */
const CANCELLED_AFTER: Ms = NOTICE + 180_000;
const UNDONE_WITHIN: Ms = 60_000;

const endingIn = ({ instances, clock }: SwarmFleet["world"]): string[] =>
  [...instances.values()].filter((one) => isEnding(one, clock.now())).map(({ id }) => id);

function isEnding({ state, notice, member }: Instance, at: Ms): boolean {
  if (state !== "running" && state !== "pending") return true;
  if (member !== null && member.state !== "InService" && member.state !== "Standby") return true;
  if (notice === null || notice.warnedAt === null) return false;
  return notice.reclaimAt !== null || at < notice.warnedAt + CANCELLED_AFTER + UNDONE_WITHIN;
}

function seen({ desired, tasks, minimumHealthyPercent, strategy, definition }: Service): ServiceSeen {
  const count = (status: string): number => [...tasks].filter(({ lastStatus }) => lastStatus === status).length;
  return {
    desired,
    running: count("RUNNING"),
    pending: count("PENDING"),
    minimum: Math.ceil((desired * minimumHealthyPercent) / 100),
    daemon: strategy === "DAEMON",
    definition: definition.arn,
  };
}
