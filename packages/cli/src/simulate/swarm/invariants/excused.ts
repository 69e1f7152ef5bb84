import type { AlertModel } from "@spotkeeper/controller";
import type { InstanceFacts, Ms } from "@spotkeeper/simulator";
import type { Ended } from "./scene.ts";
import { heardAt } from "./first-warning.ts";
import { isTheirs, MAY_DEREGISTER, MAY_DRAIN } from "./family.ts";

/** One kind of work that must not be left on an instance at its end. */
export interface Loss {
  readonly allowed: ReadonlySet<string>;
  readonly of: (facts: InstanceFacts) => readonly string[];
  /** Matches the lines of an alert that are about this kind. */
  readonly doing: RegExp;
  /** Facts without which it is unknown. */
  readonly missing: ReadonlySet<string>;
}

const OF_TASKS = ["instance", "group", "cluster", "tasks", "services"];

export const BALANCERS: Loss = {
  allowed: MAY_DEREGISTER,
  of: ({ targetsLost }) => targetsLost,
  doing: /^(deregister from|hold the last|wait for connections|look for it|look up)/,
  missing: new Set([...OF_TASKS, "targets", "discovery"]),
};

export const CONTAINERS: Loss = {
  allowed: MAY_DRAIN,
  of: ({ containersReady }) => containersReady,
  doing: /^(drain the container|hold the last|look up)/,
  missing: new Set(OF_TASKS),
};

export const TASKS: Loss = {
  allowed: MAY_DRAIN,
  of: ({ tasksKilled }) => tasksKilled,
  doing: /^(drain the container|wait for tasks|hold the last|look up)/,
  missing: new Set(OF_TASKS),
};

/** The time that a worker needs to look up what an instance serves, and to deregister it. */
const IN_TIME: Ms = 15_000;

/** Returns instances that had a timely warning and ended with something that the policy lets the worker remove. */
export const lost = (ended: Ended, { allowed, of }: Loss): readonly InstanceFacts[] =>
  ended.fleet.world.oracle
    .facts()
    .filter((facts) => of(facts).length > 0 && allowed.has(ended.spec.policy.may))
    .filter(({ instanceId, deadline }) => deadline !== null && deadline - heardAt(ended, instanceId) >= IN_TIME)
    .filter(({ instanceId }) => !isTheirs(ended, instanceId));

/** Returns true if people were told what is left on the instance, and why. The outcome alone is not enough. */
export const isExcused = ({ told, refused }: Ended, instanceId: string, loss: Loss): boolean =>
  [...told, ...refused].some((alert) => isLate(alert, instanceId) || saysWhy(alert, instanceId, loss));

const saysWhy = ({ members }: AlertModel, instanceId: string, { doing, missing }: Loss): boolean =>
  members.some(
    (one) =>
      one.subject === instanceId &&
      (one.doing.some((line) => doing.test(line) && / could not: \S/.test(line)) ||
        one.missing.some(({ what, why }) => missing.has(what) && why !== "")),
  );

/** "cut off before it had drained: i-0abc (5 s late)": draining was only too slow. */
const isLate = ({ stakes }: AlertModel, instanceId: string): boolean =>
  stakes.some((line) => line.startsWith("cut off before it had drained: ") && line.includes(`${instanceId} (`));

/** How many losses were accepted because an alert explained them. */
export interface Excuses {
  /** Instances that had a warning and ended. */
  readonly warned: number;
  /** Those that ended with something left, which an alert explained. */
  readonly excused: number;
}

export function excusesIn(ended: Ended): Excuses {
  const excused = [BALANCERS, CONTAINERS, TASKS].flatMap((loss) =>
    lost(ended, loss).flatMap(({ instanceId }) => (isExcused(ended, instanceId, loss) ? [instanceId] : [])),
  );
  const warned = ended.fleet.world.oracle
    .facts()
    .filter(({ warnedAt, diedAt }) => warnedAt !== null && diedAt !== null);
  return { warned: warned.length, excused: new Set(excused).size };
}
