import type { Range } from "./random.ts";

/**
 * How long things take, in ms. AWS publishes almost none of these numbers, so each is `assumed` unless a page is named.
 * No test of correctness may depend on one of them alone.
 */
export interface Settings {
  /** assumed: RunInstances to `running`. */
  readonly boot: Range;
  /** assumed: `shutting-down` to `terminated`, `stopping` to `stopped`. */
  readonly shutdown: Range;
  /** "usually less than one hour": https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html */
  readonly terminatedVisible: number;
  /** assumed: the delay of an event. Events are best effort and usually arrive within seconds. */
  readonly eventDelay: Range;
  /** assumed: the time until an Auto Scaling group reacts to a change of its capacity. */
  readonly groupReaction: Range;
  /** assumed: the time until a group's health check finds that an instance is gone. */
  readonly healthCheck: Range;
  /** assumed: the pause after a failed launch. */
  readonly launchRetry: Range;
  /** assumed: registration to the first passed health check. */
  readonly targetHealthy: Range;
  /**
   * From DetachInstances to the end of the membership; 34 s in a user's log:
   * https://github.com/reproio/ecs_deploy/issues/84
   */
  readonly detaching: Range;
  /** assumed: death of a target to `unhealthy` (interval times threshold). */
  readonly targetUnhealthy: number;
  /** assumed: the duration of a Cloud Map operation. */
  readonly discoveryOperation: Range;
  /** assumed: `running` to a registered container instance. */
  readonly containerJoin: Range;
  /** assumed: the time until the ECS service scheduler reacts. */
  readonly schedulerReaction: Range;
  /** assumed: the pause after a placement without room. */
  readonly placementRetry: number;
  /** assumed: PENDING to RUNNING. */
  readonly taskStart: Range;
  /** assumed: SIGTERM to the exit of a well-behaved container. */
  readonly taskExit: Range;
  /** assumed: the ECS agent checks for a Spot notice about once a second. */
  readonly agentPoll: Range;
}

export const defaultSettings: Settings = {
  boot: [15_000, 45_000],
  shutdown: [10_000, 40_000],
  terminatedVisible: 3_600_000,
  eventDelay: [100, 900],
  groupReaction: [1_000, 5_000],
  healthCheck: [5_000, 30_000],
  launchRetry: [30_000, 60_000],
  targetHealthy: [8_000, 25_000],
  detaching: [20_000, 40_000],
  targetUnhealthy: 20_000,
  discoveryOperation: [1_000, 5_000],
  containerJoin: [5_000, 20_000],
  schedulerReaction: [1_000, 2_000],
  placementRetry: 15_000,
  taskStart: [2_000, 10_000],
  taskExit: [500, 15_000],
  agentPoll: [0, 1_000],
};
