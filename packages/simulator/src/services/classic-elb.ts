/** Classic Load Balancers: the operations of Elastic Load Balancing's first API that Spotkeeper uses. */
import { deregisterClassic, registerClassic } from "../fleet/targets/classic-load-balancer.ts";
import { reader, type Reader, validationError } from "../fleet/api/input.ts";
import { paginate } from "../fleet/api/page.ts";
import { boolean, integer, list, structure } from "../fleet/api/shapes.ts";
import { regionOf } from "../fleet/region.ts";
import { isAlive, type World } from "../fleet/state.ts";
import type { ClassicLoadBalancer, ClassicRegistration } from "../fleet/targets/traffic-state.ts";
import type { CallContext, JsonObject, Operation } from "../operation.ts";
import { AwsError } from "../operation.ts";

const service = "elasticloadbalancing";
const instances = { Instances: list(structure({})) };

const needBalancer = (world: World, ctx: CallContext, read: Reader): ClassicLoadBalancer => {
  const name = read.needText("LoadBalancerName");
  const balancer = regionOf(world, ctx.account, ctx.region).classicLoadBalancers.get(name);
  if (!balancer) throw new AwsError("LoadBalancerNotFound", `There is no ACTIVE Load Balancer named '${name}'`);
  return balancer;
};

const idsIn = (read: Reader): string[] =>
  read.objects("Instances").map((one) => reader(one, validationError).needText("InstanceId"));

const unknown = (id: string): AwsError => new AwsError("InvalidInstance", `Could not find EC2 instance ${id}.`);

/** Lists a load balancer's instances. assumed: without those that are being deregistered. */
const remaining = (balancer: ClassicLoadBalancer): JsonObject[] =>
  [...balancer.registrations.values()]
    .filter(({ state }) => state !== "deregistering")
    .map(({ instance }) => ({ InstanceId: instance.id }));

/**
 * An instance that is no longer registered is no error; one that never was is:
 * https://github.com/boto/boto/issues/2576. Then the others are not deregistered either:
 * https://github.com/boto/boto/issues/2274
 */
const deregister: Operation<World> = {
  service,
  name: "DeregisterInstancesFromLoadBalancer",
  mutating: true,
  input: instances,
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const balancer = needBalancer(world, ctx, read);
    const ids = idsIn(read);
    for (const id of ids) if (!balancer.seen.has(id)) throw unknown(id);
    for (const id of ids) {
      const known = balancer.registrations.get(id);
      world.oracle.effect("deregister", `classic/${balancer.name}/${id}`, !known || known.state === "deregistering");
      deregisterClassic(world, balancer, id);
    }
    return { Instances: remaining(balancer) };
  },
};

/**
 * "The instance must be a running instance":
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_RegisterInstancesWithLoadBalancer.html
 */
const register: Operation<World> = {
  service,
  name: "RegisterInstancesWithLoadBalancer",
  mutating: true,
  input: instances,
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const balancer = needBalancer(world, ctx, read);
    const found = idsIn(read).map((id) => {
      const instance = balancer.region.instances.get(id);
      if (!instance || !isAlive(instance)) throw unknown(id);
      return instance;
    });
    for (const instance of found) {
      const known = balancer.registrations.get(instance.id);
      const again = known !== undefined && known.state !== "deregistering";
      world.oracle.effect("register", `classic/${balancer.name}/${instance.id}`, again);
      registerClassic(world, balancer, instance);
    }
    return { Instances: remaining(balancer) };
  },
};

/**
 * How each state is described. An instance that is being deregistered is still InService; only its description tells:
 * https://github.com/saltstack/salt/pull/43435. Descriptions:
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_InstanceState.html
 */
const STATES: Readonly<Record<ClassicRegistration["state"], JsonObject>> = {
  registering: {
    State: "OutOfService",
    ReasonCode: "ELB",
    Description: "Instance registration is still in progress.",
  },
  "in-service": { State: "InService", ReasonCode: "N/A", Description: "N/A" },
  "out-of-service": {
    State: "OutOfService",
    ReasonCode: "Instance",
    Description: "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
  },
  deregistering: {
    State: "InService",
    ReasonCode: "N/A",
    Description: "Instance deregistration currently in progress.",
  },
};

/**
 * Lists registered instances and, by id, formerly registered ones; one that never was is refused:
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeInstanceHealth.html,
 * https://github.com/getmoto/moto/pull/1751
 */
const health: Operation<World> = {
  service,
  name: "DescribeInstanceHealth",
  mutating: false,
  input: instances,
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const balancer = needBalancer(world, ctx, read);
    const asked = idsIn(read);
    for (const id of asked) if (!balancer.seen.has(id)) throw unknown(id);
    const ids = asked.length > 0 ? asked : [...balancer.registrations.keys()];
    return {
      InstanceStates: ids.map((InstanceId) => {
        const known = balancer.registrations.get(InstanceId);
        if (known !== undefined) return { InstanceId, ...STATES[known.state] };
        const Description = "Instance is not currently registered with the LoadBalancer.";
        return { InstanceId, State: "OutOfService", ReasonCode: "Instance", Description };
      }),
    };
  },
};

/**
 * Pages of at most 400:
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancers.html
 */
const describe: Operation<World> = {
  service,
  name: "DescribeLoadBalancers",
  mutating: false,
  input: { PageSize: integer },
  output: { LoadBalancerDescriptions: list(structure({ Instances: list(structure({})) })) },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const region = regionOf(world, ctx.account, ctx.region);
    const names = read.texts("LoadBalancerNames");
    for (const name of names ?? []) {
      if (!region.classicLoadBalancers.has(name))
        throw new AwsError("LoadBalancerNotFound", `There is no ACTIVE Load Balancer named '${name}'`);
    }
    const all = [...region.classicLoadBalancers.values()].filter(
      ({ name }) => names === undefined || names.length === 0 || names.includes(name),
    );
    const size = read.number("PageSize") ?? 400;
    if (size < 1 || size > 400) throw validationError(`PageSize '${size}' must be between 1 and 400`);
    const page = paginate(all, size, read.text("Marker"), () => validationError("The Marker is not valid"));
    return {
      LoadBalancerDescriptions: page.items.map((balancer) => ({
        LoadBalancerName: balancer.name,
        DNSName: `${balancer.name}-1234567890.${region.name}.elb.amazonaws.com`,
        Scheme: "internet-facing",
        VPCId: region.vpcId,
        AvailabilityZones: region.zones.map(({ name }) => name),
        Instances: remaining(balancer),
      })),
      NextMarker: page.next,
    };
  },
};

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_ConnectionDraining.html */
const attributes: Operation<World> = {
  service,
  name: "DescribeLoadBalancerAttributes",
  mutating: false,
  output: {
    LoadBalancerAttributes: structure({ ConnectionDraining: structure({ Enabled: boolean, Timeout: integer }) }),
  },
  run: (world, input, ctx) => {
    const { draining } = needBalancer(world, ctx, reader(input, validationError));
    const ConnectionDraining = { Enabled: draining !== null, Timeout: (draining ?? 300_000) / 1_000 };
    return { LoadBalancerAttributes: { ConnectionDraining } };
  },
};

export const classicElbOperations: readonly Operation<World>[] = [describe, attributes, health, deregister, register];
