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
  /** NLB: connections are cut when the delay is over. */
  readonly connectionTermination: boolean;
  /** GWLB: `rebalance` or `no_rebalance` on deregistration. */
  readonly gwlbFailover: string | null;
}

export interface Target {
  readonly id: string;
  readonly port: number | null;
  /** A zone, or `all` for an address outside the VPC; null and absent: the balancer finds it. */
  readonly availabilityZone?: string | null;
  /** Of a target of a QUIC listener. */
  readonly quicServerId?: string | null;
}

export interface TargetHealth extends Target {
  readonly state: "initial" | "healthy" | "unhealthy" | "unhealthy.draining" | "unused" | "draining" | "unavailable";
  readonly reason: string | null;
  readonly availabilityZone: string | null;
  /** A zonal shift takes traffic away from it, however healthy it is. */
  readonly shifted?: true;
}

/** What Spotkeeper asks of Elastic Load Balancing, version 2: target groups and their targets. */
export interface ElbCalls {
  describeTargetGroups(at: Place, arns: readonly string[], ask: Ask): Promise<ReadonlyMap<string, TargetGroup>>;
  targetGroupAttributes(at: Place, arn: string, ask: Ask): Promise<TargetGroupAttributes>;
  /** Every target group of the region. */
  listTargetGroups(at: Place, ask: Ask): Promise<readonly TargetGroup[]>;
  /** Merged: many who ask for one target group at once share one call. */
  targetHealth(at: Place, targetGroupArn: string, ask: Ask): Promise<readonly TargetHealth[]>;
  /** Of these targets only, where the whole list would be long. What is not registered is left out. */
  healthOf(
    at: Place,
    targetGroupArn: string,
    targets: readonly { readonly id: string; readonly port: number }[],
    ask: Ask,
  ): Promise<readonly TargetHealth[]>;
  deregister(at: Place, targetGroupArn: string, target: Target, ask: Ask): Promise<Receipt>;
  register(at: Place, targetGroupArn: string, target: Target, ask: Ask): Promise<Receipt>;
}
