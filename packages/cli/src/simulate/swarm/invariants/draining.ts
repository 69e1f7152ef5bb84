import type { TargetGroup } from "@spotkeeper/simulator";
import type { Check } from "./scene.ts";
import { BALANCERS, CONTAINERS, isExcused, lost, type Loss, TASKS } from "./excused.ts";
import { type Family, isCalm, MAY_DEREGISTER } from "./family.ts";
import { drainsInTime } from "./in-time.ts";
import { survivorsServe } from "./survivors.ts";

/**
 * Makes a check that nothing is left on instances with a timely warning. If something went wrong, an alert that says
 * what and why is accepted.
 */
const nothingLeft =
  (loss: Loss, say: (instanceId: string, left: readonly string[]) => string): Check =>
  (ended) =>
    lost(ended, loss)
      .filter(
        ({ instanceId, warnedAt, diedAt }) =>
          isCalm(ended, warnedAt ?? 0, diedAt ?? ended.at) || !isExcused(ended, instanceId, loss),
      )
      .map((facts) => say(facts.instanceId, loss.of(facts)));

/** Doomed instances are drained in time, and surviving ones serve as before. */
export const draining: Family = {
  names: [],
  watch: () => ({}),
  atEnd: {
    "a doomed instance is deregistered everywhere before its deadline": nothingLeft(
      BALANCERS,
      (id, lost) => `${id} took connections at its end by ${lost.join(", ")}`,
    ),

    // ECS places tasks on instances that are not DRAINING, even if nothing runs there any more.
    "a doomed container instance is DRAINING before its deadline": nothingLeft(
      CONTAINERS,
      (id, lost) => `${id} was not DRAINING at its end: ${lost.join(", ")}`,
    ),

    "no task is killed without a stop before it": nothingLeft(
      TASKS,
      (id, lost) => `${id} ended with ${lost.length} tasks that ran`,
    ),

    "draining begins when a warning is received": (ended) =>
      MAY_DEREGISTER.has(ended.spec.policy.may) ? drainsInTime(ended) : [],

    "an instance that survives serves as before": survivorsServe,

    // A registration that outlives its task gets requests that nobody answers. Instances have addresses in 10.0.0.0/8,
    // tasks have others.
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

    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
    "a task is in one of the two target groups of its service": ({ fleet }) =>
      fleet.regions
        .flatMap(({ clusters }) => [...clusters.values()])
        .flatMap(({ services }) => [...services.values()])
        .flatMap(({ name, tasks, targetGroup, alternateTargetGroup }) => {
          const lists = [targetGroup, alternateTargetGroup].flatMap((one) => (one === null ? [] : [one.targets]));
          return [...tasks]
            .filter(({ lastStatus }) => lastStatus === "RUNNING")
            .filter(({ privateIp }) => lists.filter((targets) => takes(targets, privateIp)).length > 1)
            .map(({ privateIp }) => `both of ${name} have ${privateIp}`);
        }),
  },
};

const takes = (targets: TargetGroup["targets"], address: string): boolean =>
  [...targets.values()].some(({ id, state }) => id === address && state !== "draining");
