import type { Range } from "./random.ts";

/**
 * How long things take, in ms. AWS publishes almost none of these, so each is `assumed` unless a page is named;
 * no claim of correctness may rest on one alone.
 */
export interface Settings {
  /** assumed: RunInstances to `running`. */
  readonly boot: Range;
  /** assumed: `shutting-down` to `terminated`, `stopping` to `stopped`. */
  readonly shutdown: Range;
  /** "usually less than one hour": https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html */
  readonly terminatedVisible: number;
  /** Events are best effort and usually there within seconds; assumed figures. */
  readonly eventDelay: Range;
  /** assumed: how soon an Auto Scaling group acts on a change of its capacity. */
  readonly groupReaction: Range;
  /** assumed: how soon a group's health check sees that an instance is gone. */
  readonly healthCheck: Range;
  /** assumed: wait after a launch that failed. */
  readonly launchRetry: Range;
  /** assumed: registration to the first passed health check. */
  readonly targetHealthy: Range;
  /** DetachInstances to the end of the membership; 34 s in a log that a user quotes: https://github.com/reproio/ecs_deploy/issues/84 */
  readonly detaching: Range;
  /** assumed: death of a target to `unhealthy` (interval times threshold). */
  readonly targetUnhealthy: number;
  /** assumed: how long an operation of Cloud Map is under way. */
  readonly discoveryOperation: Range;
  /** assumed: `running` to a registered container instance. */
  readonly containerJoin: Range;
  /** assumed: how soon the ECS service scheduler acts. */
  readonly schedulerReaction: Range;
  /** assumed: wait after a placement that found no room. */
  readonly placementRetry: number;
  /** assumed: PENDING to RUNNING. */
  readonly taskStart: Range;
  /** assumed: SIGTERM to the exit of a well-behaved container. */
  readonly taskExit: Range;
  /** assumed: the ECS agent looks for a Spot notice about once a second. */
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
