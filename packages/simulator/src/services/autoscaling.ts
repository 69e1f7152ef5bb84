import type { Operation } from "../operation.ts";
import type { World } from "../fleet/state.ts";
import {
  completeLifecycleAction,
  detachInstances,
  recordLifecycleActionHeartbeat,
  setDesiredCapacity,
  terminateInstanceInAutoScalingGroup,
  updateAutoScalingGroup,
} from "./autoscaling/act.ts";
import {
  describeAutoScalingGroups,
  describeAutoScalingInstances,
  describeInstanceRefreshes,
  describeLifecycleHooks,
  describeScalingActivities,
} from "./autoscaling/describe.ts";

/** The operations of Amazon EC2 Auto Scaling that Spotkeeper uses. */
export const autoScalingOperations: readonly Operation<World>[] = [
  describeAutoScalingGroups,
  describeAutoScalingInstances,
  describeLifecycleHooks,
  describeInstanceRefreshes,
  describeScalingActivities,
  completeLifecycleAction,
  recordLifecycleActionHeartbeat,
  detachInstances,
  terminateInstanceInAutoScalingGroup,
  setDesiredCapacity,
  updateAutoScalingGroup,
];
