import type { Ms } from "../../operation.ts";
import type { Service } from "../ecs/state.ts";
import type { Instance, Region } from "../state.ts";

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
  /** In milliseconds; 0 to 3,600 s, default 300 s. */
  deregistrationDelay: Ms;
  readonly attributes: ReadonlyMap<string, string>;
  readonly loadBalancers: LoadBalancer[];
  /** Names of zones that its load balancers are not enabled for. */
  readonly zonesOff: ReadonlySet<string>;
  /** By `id:port`. */
  readonly targets: Map<string, Target>;
}

export interface Target {
  readonly group: TargetGroup;
  readonly id: string;
  readonly port: number;
  /** As registered: a zone, or `all` for an address outside the VPC; null if the load balancer determines it. */
  readonly availabilityZone: string | null;
  /** For QUIC: `0x` and 16 hexadecimal digits. */
  readonly quicServerId: string | null;
  readonly instance: Instance | null;
  /** The ECS service that registered it; null if none did. */
  readonly service: Service | null;
  readonly registeredAt: Ms;
  state: TargetState;
  reason: string | null;
  cancelTimer: () => void;
  /** Called once, when the registration is gone. */
  readonly onGone: (() => void)[];
}
