import type { Ms } from "../operation.ts";
import type { Service } from "./ecs/state.ts";
import type { Instance, Region } from "./state.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
export type TargetState = "initial" | "healthy" | "unhealthy" | "draining";

export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly type: "application" | "network" | "gateway";
  readonly dnsName: string;
}

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly region: Region;
  readonly targetType: "instance" | "ip";
  readonly vpcId: string;
  readonly protocol: string;
  readonly port: number;
  /** 0 to 3600 s; 300 s unless set. */
  deregistrationDelay: Ms;
  readonly attributes: ReadonlyMap<string, string>;
  readonly loadBalancers: LoadBalancer[];
  /** Names of zones that its load balancers are not enabled for. */
  readonly zonesOff: ReadonlySet<string>;
  /** Key: `id:port`. */
  readonly targets: Map<string, Target>;
}

export interface Target {
  readonly group: TargetGroup;
  readonly id: string;
  readonly port: number;
  /** As it was registered: a zone, or `all` for an address outside the VPC; null: found by the balancer. */
  readonly availabilityZone: string | null;
  /** For QUIC: `0x` and 16 hexadecimal digits. */
  readonly quicServerId: string | null;
  readonly instance: Instance | null;
  /** The ECS service that registered it, if one did. */
  readonly service: Service | null;
  readonly registeredAt: Ms;
  state: TargetState;
  reason: string | null;
  cancelTimer: () => void;
  /** Called once, when the registration is gone. */
  readonly onGone: (() => void)[];
}
