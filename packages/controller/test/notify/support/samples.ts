import { findResponder } from "../../../src/respond/responders/index.ts";
import { NO_FACTS } from "../../../src/decide/decide.ts";
import type { Facts, ServiceImpact, TaskFact, TaskRole } from "../../../src/enrich/facts.ts";
import { buildAlert } from "../../../src/notify/message/build.ts";
import type { AlertGroup, AlertModel } from "../../../src/notify/alert.ts";
import { joinAlert } from "../../../src/notify/join.ts";
import type { MemberSource } from "../../../src/notify/message/member.ts";
import type { Doc } from "../../../src/model/doc.ts";
import type { Incident, SignalRef, PendingAction } from "../../../src/model/incident.ts";
import type { Send } from "../../../src/model/alert.ts";
import type { Step } from "../../../src/model/step.ts";
import type { LifecycleAction, SignalKind } from "../../../src/model/signal.ts";
import { clusterArn, instance, taskArn } from "../../enrich/support/fleet.ts";
import { incidentDoc, T0 } from "../../record/support/samples.ts";

export { T0 };

export const where: AlertGroup = {
  account: "111122223333",
  region: "eu-west-1",
  cluster: clusterArn("prod"),
  group: "web",
};

export const signal = (kind: SignalKind): SignalRef => ({ id: kind, kind, at: T0, receivedAt: T0, source: "sqs" });

export const terminating = (more: Partial<LifecycleAction> = {}): PendingAction => ({
  group: "web",
  hook: "graceful-shutdown-hook",
  token: "t",
  transition: "terminating",
  metadata: null,
  origin: "AutoScalingGroup",
  destination: "EC2",
  direct: true,
  since: T0,
  heardAt: T0,
  ...more,
});

export const step = (responder: string, more: Partial<Step> = {}): Step => ({
  id: responder,
  responder,
  params: {},
  after: [],
  notBefore: null,
  abandonAt: T0 + 110_000,
  attempts: 0,
  state: "waiting",
  retryAt: null,
  startedAt: null,
  settledAt: null,
  reason: null,
  receipt: null,
  ...more,
});

export const impact = (more: Partial<ServiceImpact> = {}): ServiceImpact => ({
  cluster: clusterArn("prod"),
  service: "checkout",
  desired: 4,
  running: 4,
  pending: 0,
  doomed: 3,
  survives: 1,
  minimum: 2,
  belowMinimum: true,
  daemon: false,
  balanced: true,
  taskDefinition: "checkout:1",
  zones: {},
  ...more,
});

export const task = (role: TaskRole): TaskFact => ({
  role,
  service: role === "standalone" ? null : "checkout",
  stopTimeout: null,
  task: {
    arn: taskArn("prod", "0"),
    clusterArn: clusterArn("prod"),
    containerInstanceArn: null,
    taskDefinitionArn: "checkout:1",
    group: null,
    startedBy: null,
    lastStatus: "RUNNING",
    desiredStatus: "RUNNING",
    launchType: "EC2",
    availabilityZone: null,
    privateAddresses: [],
    ownInterface: false,
    protectedUntil: null,
    stopCode: null,
  },
});

interface Member {
  readonly type?: string;
  readonly name?: string;
  readonly zone?: string;
  readonly kind?: SignalKind;
  readonly body?: Partial<Incident>;
  readonly facts?: Partial<Facts> | null;
}

/** An incident of one warned instance, with what is known of it. */
export function told(id: string, member: Member = {}): MemberSource {
  const { type = "m5.large", name = "web", zone = "eu-west-1b", kind = "spot-interruption", body, facts = {} } = member;
  return {
    doc: incidentDoc(id, { body: { availabilityZone: zone, signals: [signal(kind)], ...body } }),
    facts:
      facts === null
        ? null
        : { ...NO_FACTS, instance: instance(id, { type, name }), groupName: "web", complete: true, ...facts },
  };
}

export const alertDoc = (sends: { readonly [channel: string]: Send } = {}, now: number = T0): Doc<"alert"> => {
  const { doc } = joinAlert(null, where, now);
  return { ...doc, body: { ...doc.body, sends } };
};

export const model = (members: readonly MemberSource[], now: number = T0 + 26_000): AlertModel =>
  buildAlert(members, alertDoc(), now, findResponder);

export const many = (count: number, member: Member = {}): MemberSource[] =>
  Array.from({ length: count }, (_, n) => told(`i-${n.toString(16).padStart(17, "0")}`, member));
