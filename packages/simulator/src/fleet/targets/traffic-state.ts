import type { Ms } from "../../operation.ts";
import type { Instance, Region } from "../state.ts";

/** A registration by which an instance gets traffic, other than a target of Elastic Load Balancing v2. */
export interface Registration {
  /** A name for people: `classic/web/i-…`. */
  readonly name: string;
  readonly instance: Instance | null;
  /** False if new connections no longer reach it. */
  open: boolean;
  cancelTimer: () => void;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_LoadBalancerDescription.html */
export interface ClassicLoadBalancer {
  readonly name: string;
  readonly region: Region;
  /** The connection draining timeout in ms; null if connection draining is off, as the API has it by default. */
  readonly draining: Ms | null;
  /** By instance id. */
  readonly registrations: Map<string, ClassicRegistration>;
  /** Ids of all instances that were ever registered: the load balancer answers for them as for known ones. */
  readonly seen: Set<string>;
}

export interface ClassicRegistration extends Registration {
  readonly instance: Instance;
  state: "registering" | "in-service" | "out-of-service" | "deregistering";
}

/** https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_TargetGroupSummary.html */
export interface LatticeTargetGroup {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly region: Region;
  readonly type: "INSTANCE" | "IP";
  readonly protocol: "HTTP" | "HTTPS";
  readonly port: number;
  readonly createdAt: Ms;
  /** Whether a service of VPC Lattice uses it; otherwise its targets are UNUSED. */
  readonly inUse: boolean;
  /** By `id:port`. */
  readonly targets: Map<string, LatticeTarget>;
}

export interface LatticeTarget extends Registration {
  readonly id: string;
  readonly port: number;
  status: "INITIAL" | "HEALTHY" | "UNHEALTHY" | "DRAINING";
}

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_ServiceSummary.html */
export interface DiscoveryService {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly region: Region;
  readonly createdAt: Ms;
  readonly instances: Map<string, DiscoveryInstance>;
}

export interface DiscoveryInstance extends Registration {
  readonly id: string;
  readonly creatorRequestId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_Operation.html */
export interface DiscoveryOperation {
  readonly id: string;
  readonly type: "REGISTER_INSTANCE" | "DEREGISTER_INSTANCE";
  readonly service: DiscoveryService;
  readonly instanceId: string;
  readonly creatorRequestId: string | null;
  readonly createdAt: Ms;
  updatedAt: Ms;
  status: "SUBMITTED" | "SUCCESS";
}

/** Where an ECS service registers its tasks besides target groups. */
export interface ServiceTraffic {
  readonly classicLoadBalancer?: ClassicLoadBalancer;
  readonly latticeTargetGroup?: LatticeTargetGroup;
  readonly discovery?: DiscoveryService;
}
