import type { Operation } from "../operation.ts";
import type { World } from "../fleet/state.ts";
import { deregisterTargets, registerTargets } from "./elbv2/act.ts";
import {
  describeLoadBalancers,
  describeTargetGroupAttributes,
  describeTargetGroups,
  describeTargetHealth,
} from "./elbv2/describe.ts";

/** The operations of Elastic Load Balancing v2 (application, network and gateway) that Spotkeeper uses. */
export const elbv2Operations: readonly Operation<World>[] = [
  describeLoadBalancers,
  describeTargetGroups,
  describeTargetGroupAttributes,
  describeTargetHealth,
  deregisterTargets,
  registerTargets,
];
