import type { AutoScalingCalls } from "./calls/auto-scaling.ts";
import type { ClassicElbCalls } from "./calls/classic-elb.ts";
import type { CloudMapCalls } from "./calls/cloud-map.ts";
import type { Ec2Calls } from "./calls/ec2.ts";
import type { EcsCalls } from "./calls/ecs.ts";
import type { ElbCalls } from "./calls/elb.ts";
import type { EventBridgeCalls } from "./calls/event-bridge.ts";
import type { LatticeCalls } from "./calls/lattice.ts";
import type { SnsCalls } from "./calls/sns.ts";
import type { SsmCalls } from "./calls/ssm.ts";
import type { StsCalls } from "./calls/sts.ts";

/**
 * The AWS calls that Spotkeeper uses, batched and paced by lanes. Every method makes at most one attempt per page and
 * rejects with `AwsFailure` (failure.ts). Lists are complete (all pages). What AWS does not find is absent from a map,
 * never an error; a failed request is always an error.
 */
export interface Aws {
  readonly ec2: Ec2Calls;
  readonly autoScaling: AutoScalingCalls;
  readonly ecs: EcsCalls;
  readonly elb: ElbCalls;
  readonly classicElb: ClassicElbCalls;
  readonly lattice: LatticeCalls;
  readonly cloudMap: CloudMapCalls;
  readonly sns: SnsCalls;
  readonly ssm: SsmCalls;
  readonly sts: StsCalls;
  readonly eventBridge: EventBridgeCalls;
}
