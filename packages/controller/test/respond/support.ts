import type { AutoScalingGroup } from "../../src/aws/calls/auto-scaling.ts";
import type { Ec2Instance } from "../../src/aws/calls/ec2.ts";
import { correlate } from "../../src/correlate/correlate.ts";
import { NO_FACTS } from "../../src/decide/decide.ts";
import type { PlannedStep } from "../../src/decide/plan.ts";
import type { Facts } from "../../src/enrich/facts.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Step } from "../../src/model/step.ts";
import { fresh } from "../../src/respond/machine/steps.ts";
import type { Signal } from "../../src/model/signal.ts";
import { T0 } from "../correlate/support.ts";

export const GROUP_ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef";
const CLUSTER_ARN = "arn:aws:ecs:us-east-1:123456789012:cluster/shop";

/** An incident opened by the signals, in their order. */
export function incidentOf(...signals: readonly Signal[]): Doc<"incident"> {
  let doc: Doc<"incident"> | null = null;
  for (const signal of signals) doc = correlate(doc === null ? [] : [doc], signal, signal.receivedAt)?.doc ?? doc;
  if (doc === null) throw new Error("no signal opened an incident");
  return doc;
}

const instance: Ec2Instance = {
  id: "i-0abcdef1234567890",
  name: "web",
  type: "m5.large",
  availabilityZone: "us-east-1a",
  zoneId: "use1-az1",
  privateIp: "10.0.0.7",
  publicIp: null,
  addresses: [],
  state: "running",
  stateReason: null,
  lifecycle: "spot",
  launchTime: T0 - 3_600_000,
  tags: {},
  operator: null,
};

const group: AutoScalingGroup = {
  name: "web",
  arn: null,
  min: 1,
  max: 9,
  desired: 4,
  capacityRebalance: false,
  targetGroupArns: [],
  classicLoadBalancers: [],
  trafficSources: [],
  suspendedProcesses: [],
  onDemand: null,
  counts: "instances",
  maintenancePolicy: null,
  instances: [],
  tags: {},
  zones: [],
  operator: null,
};

/** EC2's word for an interruption that nobody warned of. */
export const reclaimed: Ec2Instance = {
  ...instance,
  state: "shutting-down",
  stateReason: "Server.SpotInstanceTermination",
};

/** Facts of an instance in a group, a cluster and one target group, all known. */
export function factsWith(over: Partial<Facts> = {}): Facts {
  return {
    ...NO_FACTS,
    place: { account: "123456789012", region: "us-east-1" },
    observedAt: T0,
    instance,
    group,
    groupName: "web",
    complete: true,
    containerInstances: [
      {
        clusterArn: CLUSTER_ARN,
        arn: `${CLUSTER_ARN.replace(":cluster/", ":container-instance/")}/c1`,
        instanceId: "i-0abcdef1234567890",
        status: "ACTIVE",
        agentConnected: true,
        runningTasks: 1,
        pendingTasks: 0,
        capacityProvider: null,
        attributes: {},
      },
    ],
    targets: [
      {
        targetGroupArn: GROUP_ARN,
        id: "i-0abcdef1234567890",
        port: 80,
        state: "healthy",
        attributes: null,
        healthyElsewhere: 3,
      },
    ],
    ...over,
  };
}

export const planned = (id: string, over: Partial<PlannedStep> = {}): PlannedStep => ({
  id,
  responder: "set-draining",
  params: {},
  after: [],
  notBefore: null,
  abandonAt: T0 + 120_000,
  ...over,
});

export const stepOf = (id: string, over: Partial<Step> = {}): Step => ({ ...fresh(planned(id)), ...over });
