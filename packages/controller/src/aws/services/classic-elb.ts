import {
  DeregisterInstancesFromLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  DescribeLoadBalancersCommand,
  type ElasticLoadBalancingClient as Client,
  type InstanceState,
  RegisterInstancesWithLoadBalancerCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import type { ClassicElbCalls } from "../calls/classic-elb.ts";
import type { Receipt } from "../ask.ts";
import type { AwsFailure } from "../failure.ts";
import { limits } from "../limits.ts";
import type { Operation } from "../operation.ts";
import { type Answered, isGone, listing, orAlready, receipt, type ServiceDeps, single } from "./service.ts";

/** Instances in one call; AWS documents no limit (assumed: at least this). */
const INSTANCES = 50;

interface Input {
  readonly LoadBalancerName: string;
  readonly Instances: { InstanceId: string }[];
}

/** Creates the calls to Classic Load Balancers: the first version of the API, with its own budgets. */
export function createClassicElb({ lanes, clients, clock }: ServiceDeps): ClassicElbCalls {
  const health = single<string, ReadonlyMap<string, string>>(
    {
      service: "elasticloadbalancing",
      name: "DescribeInstanceHealth",
      limit: limits.classicElbRead,
      share: "in-flight",
    },
    async (LoadBalancerName, at, abortSignal) => {
      const command = new DescribeInstanceHealthCommand({ LoadBalancerName });
      const answer = await clients.classicElb(at).send(command, { abortSignal });
      return new Map((answer.InstanceStates ?? []).map((one) => [one.InstanceId ?? "", stateOf(one)]));
    },
  );

  const list = listing(
    { service: "elasticloadbalancing", name: "DescribeLoadBalancers", limit: limits.classicElbRead },
    async (_all, Marker, at, abortSignal) => {
      const page = await clients.classicElb(at).send(new DescribeLoadBalancersCommand({ Marker }), { abortSignal });
      const found = (page.LoadBalancerDescriptions ?? []).map((one) => ({
        name: one.LoadBalancerName ?? "",
        instances: (one.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []),
      }));
      return { found, next: page.NextMarker };
    },
  );

  const write = (
    name: string,
    send: (client: Client, input: Input, options: { abortSignal: AbortSignal }) => Promise<Answered>,
  ): Operation<string, Receipt> => ({
    service: "elasticloadbalancing",
    name,
    limit: limits.classicElbRegistration,
    size: INSTANCES,
    share: "queued",
    keyOf: (id) => id,
    async send({ at, group, items, request }) {
      const input = { LoadBalancerName: group, Instances: items.map((InstanceId) => ({ InstanceId })) };
      const answer = await request((abortSignal) => send(clients.classicElb(at), input, { abortSignal }));
      return () => receipt(clock, answer);
    },
  });
  const deregister = write("DeregisterInstancesFromLoadBalancer", (client, input, options) =>
    client.send(new DeregisterInstancesFromLoadBalancerCommand(input), options),
  );
  const register = write("RegisterInstancesWithLoadBalancer", (client, input, options) =>
    client.send(new RegisterInstancesWithLoadBalancerCommand(input), options),
  );

  return {
    list: (at, ask) => lanes.ask(at, list, "all", "all", ask),
    instances: (at, loadBalancer, ask) => lanes.ask(at, health, "", loadBalancer, ask),
    deregister: (at, loadBalancer, id, ask) =>
      orAlready(clock, lanes.ask(at, deregister, loadBalancer, id, ask), isNotThere),
    register: (at, loadBalancer, id, ask) => lanes.ask(at, register, loadBalancer, id, ask),
  };
}

/**
 * Returns an instance's state. An instance that is being deregistered is still `InService`; only its description shows
 * it.
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_InstanceState.html
 */
const stateOf = ({ State, Description }: InstanceState): string =>
  /deregistration currently in progress/i.test(Description ?? "") ? "Deregistering" : (State ?? "Unknown");

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeregisterInstancesFromLoadBalancer.html */
const isNotThere = (failure: AwsFailure): boolean =>
  isGone(failure) || /^(InvalidInstance|InvalidEndPointException)$/.test(failure.fields.awsCode);
