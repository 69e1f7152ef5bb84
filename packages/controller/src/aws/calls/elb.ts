import type { Ms } from "../../clock.ts";
import type { Ask, Place, Receipt } from "../ask.ts";

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly protocol: string | null;
  /** `instance`, `ip`, `lambda` or `alb`. */
  readonly targetType: string;
  /** Null for `lambda`. */
  readonly vpcId: string | null;
  readonly loadBalancerArns: readonly string[];
}

export interface TargetGroupAttributes {
  readonly deregistrationDelay: Ms;
  /** NLB: connections are closed after the delay. */
  readonly connectionTermination: boolean;
  /** GWLB: `rebalance` or `no_rebalance` on deregistration. */
  readonly gwlbFailover: string | null;
}

export interface Target {
  readonly id: string;
  readonly port: number | null;
  /** A zone, or `all` for an address outside the VPC; null or absent: the load balancer finds it. */
  readonly availabilityZone?: string | null;
  /** Server id of a target of a QUIC listener. */
  readonly quicServerId?: string | null;
}

export interface TargetHealth extends Target {
  readonly state: "initial" | "healthy" | "unhealthy" | "unhealthy.draining" | "unused" | "draining" | "unavailable";
  readonly reason: string | null;
  readonly availabilityZone: string | null;
  /** A zonal shift moves traffic away from it, whatever its health. */
  readonly shifted?: true;
}

/** The calls to Elastic Load Balancing, version 2: target groups and their targets. */
export interface ElbCalls {
  describeTargetGroups(at: Place, arns: readonly string[], ask: Ask): Promise<ReadonlyMap<string, TargetGroup>>;
  targetGroupAttributes(at: Place, arn: string, ask: Ask): Promise<TargetGroupAttributes>;
  /** Lists all target groups of the region. */
  listTargetGroups(at: Place, ask: Ask): Promise<readonly TargetGroup[]>;
  /** Reads the health of a target group. Merged: concurrent calls for one target group share one request. */
  targetHealth(at: Place, targetGroupArn: string, ask: Ask): Promise<readonly TargetHealth[]>;
  /** Reads the health of some targets only, for target groups with long lists. Unregistered targets are absent. */
  healthOf(
    at: Place,
    targetGroupArn: string,
    targets: readonly { readonly id: string; readonly port: number }[],
    ask: Ask,
  ): Promise<readonly TargetHealth[]>;
  deregister(at: Place, targetGroupArn: string, target: Target, ask: Ask): Promise<Receipt>;
  register(at: Place, targetGroupArn: string, target: Target, ask: Ask): Promise<Receipt>;
}
