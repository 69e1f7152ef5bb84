import type { AlertModel } from "@spotkeeper/controller";
import type { InstanceFacts, Ms } from "@spotkeeper/simulator";
import type { Ended } from "./ended.ts";
import { heardAt } from "./heard-at.ts";
import { isTheirs, MAY_DEREGISTER, MAY_DRAIN } from "./family.ts";

/** One kind of what an instance must not have on it at its end. */
export interface Loss {
  readonly allowed: ReadonlySet<string>;
  readonly of: (facts: InstanceFacts) => readonly string[];
  /** Lines of an alert that are about it begin so. */
  readonly doing: RegExp;
  /** What could not be learnt, and without which it is not known. */
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

/** A worker needs so long to look up what an instance serves, and to take it out of that. */
const IN_TIME: Ms = 15_000;

/** Instances whose warning was heard in time and that ended with something that the policy lets the worker take away. */
export const lost = (ended: Ended, { allowed, of }: Loss): readonly InstanceFacts[] =>
  ended.fleet.world.oracle
    .facts()
    .filter((facts) => of(facts).length > 0 && allowed.has(ended.spec.policy.may))
    .filter(({ instanceId, deadline }) => deadline !== null && deadline - heardAt(ended, instanceId) >= IN_TIME)
    .filter(({ instanceId }) => !isTheirs(ended, instanceId));

/** People were told what is left on it, and why. That it ended badly alone is no excuse. */
export const isExcused = ({ told, refused }: Ended, instanceId: string, loss: Loss): boolean =>
  [...told, ...refused].some((alert) => isLate(alert, instanceId) || saysWhy(alert, instanceId, loss));

const saysWhy = ({ members }: AlertModel, instanceId: string, { doing, missing }: Loss): boolean =>
  members.some(
    (one) =>
      one.subject === instanceId &&
      (one.doing.some((line) => doing.test(line) && / could not: \S/.test(line)) ||
        one.missing.some(({ what, why }) => missing.has(what) && why !== "")),
  );

/** "cut off before it had drained: i-0abc (5 s late)": nothing kept it, but that it began too late. */
const isLate = ({ stakes }: AlertModel, instanceId: string): boolean =>
  stakes.some((line) => line.startsWith("cut off before it had drained: ") && line.includes(`${instanceId} (`));

/** How often an alert was an excuse. */
export interface Excuses {
  /** Instances that were warned of and ended. */
  readonly warned: number;
  /** Those of them that ended with something on them, of which an alert says what and why. */
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
