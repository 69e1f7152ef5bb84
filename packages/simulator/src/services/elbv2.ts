import type { Operation } from "../operation.ts";
import type { World } from "../fleet/state.ts";
import { deregisterTargets, registerTargets } from "./elbv2/act.ts";
import {
  describeLoadBalancers,
  describeTargetGroupAttributes,
  describeTargetGroups,
  describeTargetHealth,
} from "./elbv2/describe.ts";

/** Elastic Load Balancing (application, network and gateway), as far as Spotkeeper uses it. */
export const elbv2Operations: readonly Operation<World>[] = [
  describeLoadBalancers,
  describeTargetGroups,
  describeTargetGroupAttributes,
  describeTargetHealth,
  deregisterTargets,
  registerTargets,
];
