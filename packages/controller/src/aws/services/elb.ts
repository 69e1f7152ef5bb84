import {
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client as Client,
  RegisterTargetsCommand,
  type TargetGroup as ElbTargetGroup,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Receipt } from "../ask.ts";
import type { ElbCalls, Target, TargetGroup, TargetGroupAttributes, TargetHealth } from "../calls/elb.ts";
import type { AwsFailure } from "../failure.ts";
import { limits } from "../limits.ts";
import type { Operation } from "../operation.ts";
import {
  allPages,
  type Answered,
  askForEach,
  isGone,
  listing,
  orAlready,
  receipt,
  type ServiceDeps,
  single,
} from "./service.ts";

/** Target groups in one call; AWS documents 20 only for load balancers (assumed: the same). */
const TARGET_GROUPS = 20;
/** Targets in one call; AWS documents no limit (assumed: at least this). */
const TARGETS = 100;

interface Targets {
  readonly TargetGroupArn: string;
  readonly Targets: { Id: string; Port?: number; AvailabilityZone?: string; QuicServerId?: string }[];
}

const read = { service: "elasticloadbalancing", limit: limits.elbRead };
const registration = { service: "elasticloadbalancing", limit: limits.elbRegistration };

/** Creates the calls to Application, Network and Gateway Load Balancers. */
export function createElb(deps: ServiceDeps): ElbCalls {
  const { lanes, clients, clock } = deps;

  /**
   * One unknown ARN fails the whole call: the lane splits the batch, and the unknown one is absent from the result.
   */
  const describeTargetGroups: Operation<string, TargetGroup | undefined> = {
    ...read,
    name: "DescribeTargetGroups",
    size: TARGET_GROUPS,
    share: "in-flight",
    keyOf: (arn) => arn,
    async send({ at, items, request }) {
      const found = new Map<string, TargetGroup>();
      await allPages(async (Marker) => {
        const command = new DescribeTargetGroupsCommand({ TargetGroupArns: [...items], Marker });
        const page = await request((abortSignal) => clients.elb(at).send(command, { abortSignal }));
        for (const one of page.TargetGroups ?? []) {
          found.set(one.TargetGroupArn ?? "", groupOf(one));
        }
        return page.NextMarker;
      });
      return (arn) => found.get(arn);
    },
  };

  const listTargetGroups = listing({ ...read, name: "DescribeTargetGroups" }, async (_all, Marker, at, abortSignal) => {
    const command = new DescribeTargetGroupsCommand({ Marker });
    const page = await clients.elb(at).send(command, { abortSignal });
    return { found: (page.TargetGroups ?? []).map(groupOf), next: page.NextMarker };
  });

  const attributes = single<string, TargetGroupAttributes>(
    { ...read, name: "DescribeTargetGroupAttributes", share: "in-flight" },
    async (arn, at, abortSignal) => {
      const command = new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn });
      const answer = await clients.elb(at).send(command, { abortSignal });
      return attributesOf(new Map((answer.Attributes ?? []).map(({ Key, Value }) => [Key, Value])));
    },
  );

  const health = single<string, readonly TargetHealth[]>(
    { ...read, name: "DescribeTargetHealth", share: "in-flight" },
    async (arn, at, abortSignal) => {
      const command = new DescribeTargetHealthCommand({ TargetGroupArn: arn });
      const answer = await clients.elb(at).send(command, { abortSignal });
      return (answer.TargetHealthDescriptions ?? []).map(healthOf);
    },
  );

  /** Each target with its port: without one AWS uses the target group's port (assumed). */
  const healthOfTargets: Operation<Target, TargetHealth | undefined> = {
    ...read,
    name: "DescribeTargetHealth",
    size: TARGETS,
    share: "in-flight",
    keyOf: keyOfTarget,
    async send({ at, group, items, request }) {
      const command = new DescribeTargetHealthCommand({ TargetGroupArn: group, Targets: items.map(nameOf) });
      const answer = await request((abortSignal) => clients.elb(at).send(command, { abortSignal }));
      const found = (answer.TargetHealthDescriptions ?? []).map(healthOf);
      const registered = found.filter(({ reason }) => reason !== "Target.NotRegistered");
      return ({ id, port }) => registered.find((one) => one.id === id && one.port === port);
    },
  };

  const write = (
    name: string,
    describe: (target: Target) => Targets["Targets"][number],
    send: (client: Client, input: Targets, options: { abortSignal: AbortSignal }) => Promise<Answered>,
  ): Operation<Target, Receipt> => ({
    ...registration,
    name,
    size: TARGETS,
    share: "queued",
    keyOf: (target) => JSON.stringify(describe(target)),
    async send({ at, group, items, request }) {
      const input = { TargetGroupArn: group, Targets: items.map(describe) };
      const answer = await request((abortSignal) => send(clients.elb(at), input, { abortSignal }));
      return () => receipt(clock, answer);
    },
  });
  const deregister = write("DeregisterTargets", nameOf, (client, input, options) =>
    client.send(new DeregisterTargetsCommand(input), options),
  );
  const register = write("RegisterTargets", descriptionOf, (client, input, options) =>
    client.send(new RegisterTargetsCommand(input), options),
  );

  return {
    describeTargetGroups: (at, arns, ask) => askForEach(deps, at, describeTargetGroups, "", arns, ask, isGone),
    targetGroupAttributes: (at, arn, ask) => lanes.ask(at, attributes, "", arn, ask),
    listTargetGroups: (at, ask) => lanes.ask(at, listTargetGroups, "all", "all", ask),
    targetHealth: (at, arn, ask) => lanes.ask(at, health, "", arn, ask),
    async healthOf(at, arn, targets, ask) {
      const asked = targets.map((target) => lanes.ask(at, healthOfTargets, arn, target, ask));
      return (await Promise.all(asked)).filter((one) => one !== undefined);
    },
    deregister: (at, arn, target, ask) => orAlready(clock, lanes.ask(at, deregister, arn, target, ask), isNoTarget),
    register: (at, arn, target, ask) => lanes.ask(at, register, arn, target, ask),
  };
}

const keyOfTarget = ({ id, port }: Target): string => `${id}:${port ?? ""}`;

/** Returns the fields that identify a target in its target group. */
const nameOf = ({ id, port }: Target): Targets["Targets"][number] => ({
  Id: id,
  ...(port === null ? {} : { Port: port }),
});

const groupOf = (one: ElbTargetGroup): TargetGroup => ({
  arn: one.TargetGroupArn ?? "",
  name: one.TargetGroupName ?? "",
  protocol: one.Protocol ?? null,
  targetType: one.TargetType ?? "instance",
  vpcId: one.VpcId ?? null,
  loadBalancerArns: one.LoadBalancerArns ?? [],
});

/**
 * Returns all fields of a target's registration. An address outside the VPC needs its zone, and a QUIC target its
 * server id.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html
 */
const descriptionOf = (target: Target): Targets["Targets"][number] => ({
  ...nameOf(target),
  ...(target.availabilityZone && hasZone(target) ? { AvailabilityZone: target.availabilityZone } : {}),
  ...(target.quicServerId ? { QuicServerId: target.quicServerId } : {}),
});

/** Whether AWS accepts a zone: not for instances and Application Load Balancers. */
const hasZone = ({ id }: Target): boolean => !/^(i-|arn:[^:]+:elasticloadbalancing:)/.test(id);

/**
 * Reads the attributes, with AWS's defaults:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
 */
function attributesOf(all: ReadonlyMap<string | undefined, string | undefined>): TargetGroupAttributes {
  const delay = Number(all.get("deregistration_delay.timeout_seconds") ?? 300);
  return {
    deregistrationDelay: (Number.isFinite(delay) ? delay : 300) * 1_000,
    connectionTermination: all.get("deregistration_delay.connection_termination.enabled") === "true",
    gwlbFailover: all.get("target_failover.on_deregistration") ?? null,
  };
}

const STATES: ReadonlySet<string> = new Set<TargetHealth["state"]>([
  "initial",
  "healthy",
  "unhealthy",
  "unhealthy.draining",
  "unused",
  "draining",
  "unavailable",
]);

const isState = (state: string): state is TargetHealth["state"] => STATES.has(state);

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AdministrativeOverride.html */
const SHIFTED: ReadonlySet<string> = new Set(["zonal_shift_active", "zonal_shift_delegated_to_dns"]);

/** Converts a target's health; an unknown state becomes `unavailable`. */
function healthOf({
  Target: target,
  TargetHealth: health,
  AdministrativeOverride,
}: TargetHealthDescription): TargetHealth {
  const state = health?.State ?? "";
  return {
    id: target?.Id ?? "",
    port: target?.Port ?? null,
    availabilityZone: target?.AvailabilityZone ?? null,
    ...(target?.QuicServerId === undefined ? {} : { quicServerId: target.QuicServerId }),
    ...(SHIFTED.has(AdministrativeOverride?.State ?? "") ? { shifted: true } : {}),
    state: isState(state) ? state : "unavailable",
    reason: health?.Reason ?? null,
  };
}

/** Whether the target or target group is gone, so that it gets no requests. */
const isNoTarget = (failure: AwsFailure): boolean =>
  isGone(failure) || /^InvalidTarget(Exception)?$/.test(failure.fields.awsCode);
