import {
  DeregisterInstancesFromLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  ElasticLoadBalancingClient,
  paginateDescribeLoadBalancers,
  RegisterInstancesWithLoadBalancerCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import {
  DeregisterInstanceCommand,
  GetOperationCommand,
  ListInstancesCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
} from "@aws-sdk/client-servicediscovery";
import {
  DeregisterTargetsCommand,
  ListTargetGroupsCommand,
  ListTargetsCommand,
  RegisterTargetsCommand,
  VPCLatticeClient,
} from "@aws-sdk/client-vpc-lattice";
import {
  addDiscovered,
  createClassicLoadBalancer,
  createDiscoveryService,
  createGroup,
  createLatticeTargetGroup,
  createSimulator,
  createWorld,
  fleetOperations,
  interrupt,
  regionOf,
  sdkHandler,
  virtualClock,
} from "@spotkeeper/simulator";
import { expect, test } from "vitest";

const ACCOUNT = "123456789012";
const REGION = "eu-west-1";

/** A group of two behind a Classic load balancer and a VPC Lattice target group, each listed in Cloud Map as well. */
async function stand() {
  const clock = virtualClock(Date.UTC(2026, 10, 21));
  const world = createWorld({ clock, seed: 1, send: () => {} });
  const region = regionOf(world, ACCOUNT, REGION);
  const classic = createClassicLoadBalancer(region, { name: "web", draining: 30 });
  const lattice = createLatticeTargetGroup(world, region, { name: "web", port: 8080 });
  const discovery = createDiscoveryService(world, region, "web");
  const group = createGroup(world, region, {
    name: "nodes",
    desired: 2,
    types: ["m5.large"],
    classicLoadBalancers: [classic],
    latticeTargetGroups: [lattice],
  });
  const [one, two] = [...group.members.keys()] as [string, string];
  const attributes = { AWS_EC2_INSTANCE_ID: one };
  addDiscovered(world, discovery, { id: "one", attributes, creatorRequestId: "first" });
  const simulator = createSimulator({ clock, seed: 1, world, operations: fleetOperations, throttleRules: [] });
  const config = {
    region: REGION,
    credentials: { accessKeyId: `AKIA${ACCOUNT}`, secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: sdkHandler(simulator) as never,
  };
  return {
    world,
    clock,
    lattice,
    discovery,
    one,
    two,
    elb: new ElasticLoadBalancingClient(config),
    vpc: new VPCLatticeClient(config),
    map: new ServiceDiscoveryClient(config),
    run: <T>(promise: Promise<T>): Promise<T> => clock.runUntilSettled(promise),
    after: (seconds: number) => clock.runUntil(clock.now() + seconds * 1_000),
    codeOf: (promise: Promise<unknown>): Promise<string> =>
      clock.runUntilSettled(
        promise.then(
          () => "it succeeded",
          (error: { name: string }) => error.name,
        ),
      ),
  };
}

test("a Classic load balancer drains, forgets, and takes back", async () => {
  const it = await stand();
  const [of, Instances] = [{ LoadBalancerName: "web" }, [{ InstanceId: it.one }]];
  const health = async (): Promise<unknown> => {
    const { InstanceStates = [] } = await it.run(it.elb.send(new DescribeInstanceHealthCommand({ ...of, Instances })));
    return [InstanceStates[0]?.State, InstanceStates[0]?.Description];
  };
  expect(await health()).toEqual(["InService", "N/A"]);
  const left = await it.run(it.elb.send(new DeregisterInstancesFromLoadBalancerCommand({ ...of, Instances })));
  expect(left.Instances).toEqual([{ InstanceId: it.two }]);
  expect(await health()).toEqual(["InService", "Instance deregistration currently in progress."]);
  await it.after(31);
  expect(await health()).toEqual(["OutOfService", "Instance is not currently registered with the LoadBalancer."]);
  // Once it was registered, deregistering it again is no error; of one that never was it is.
  await it.run(it.elb.send(new DeregisterInstancesFromLoadBalancerCommand({ ...of, Instances })));
  const never = { ...of, Instances: [{ InstanceId: "i-00000000000000000" }] };
  expect(await it.codeOf(it.elb.send(new DeregisterInstancesFromLoadBalancerCommand(never)))).toMatch(
    /InvalidInstance|InvalidEndPointException/,
  );
  await it.run(it.elb.send(new RegisterInstancesWithLoadBalancerCommand({ ...of, Instances })));
  await it.after(60);
  expect(await health()).toEqual(["InService", "N/A"]);
  const names: unknown[] = [];
  const all = paginateDescribeLoadBalancers({ client: it.elb, pageSize: 1 }, {});
  await it.run(
    (async () => {
      for await (const page of all) names.push(page.LoadBalancerDescriptions?.map((one) => one.LoadBalancerName));
    })(),
  );
  expect(names).toEqual([["web"]]);
});

test("a VPC Lattice target drains for a minute, and one that is not there is refused alone", async () => {
  const it = await stand();
  const groups = await it.run(it.vpc.send(new ListTargetGroupsCommand({})));
  const targetGroupIdentifier = groups.items?.[0]?.arn;
  const states = async (): Promise<unknown> =>
    (await it.run(it.vpc.send(new ListTargetsCommand({ targetGroupIdentifier })))).items?.map((target) => [
      target.id === it.one,
      target.port,
      target.status,
    ]);
  const targets = [{ id: it.one }, { id: "i-00000000000000000" }];
  const answer = await it.run(it.vpc.send(new DeregisterTargetsCommand({ targetGroupIdentifier, targets })));
  expect(answer.successful).toEqual([{ id: it.one, port: 8080 }]);
  expect(answer.unsuccessful).toMatchObject([{ id: "i-00000000000000000", failureCode: "TargetNotFound" }]);
  expect(await states()).toEqual([
    [true, 8080, "DRAINING"],
    [false, 8080, "HEALTHY"],
  ]);
  await it.after(61);
  expect(await states()).toEqual([[false, 8080, "HEALTHY"]]);
  const back = { targetGroupIdentifier, targets: [{ id: it.one, port: 8080 }] };
  await it.run(it.vpc.send(new RegisterTargetsCommand(back)));
  await it.after(60);
  expect(await states()).toEqual([
    [false, 8080, "HEALTHY"],
    [true, 8080, "HEALTHY"],
  ]);
  const none = { targetGroupIdentifier: "tg-00000000000000000", targets };
  expect(await it.codeOf(it.vpc.send(new DeregisterTargetsCommand(none)))).toBe("ResourceNotFoundException");
});

test("an operation of Cloud Map takes its time, and a second one waits for it", async () => {
  const it = await stand();
  const [ServiceId, InstanceId] = [it.discovery.arn, "one"];
  const listed = async (): Promise<unknown> =>
    (await it.run(it.map.send(new ListInstancesCommand({ ServiceId })))).Instances;
  const address = it.world.instances.get(it.one)?.privateIp ?? "";
  expect(await listed()).toEqual([
    { Id: "one", Attributes: { AWS_EC2_INSTANCE_ID: it.one, AWS_INSTANCE_IPV4: address } },
  ]);
  const { OperationId } = await it.run(it.map.send(new DeregisterInstanceCommand({ ServiceId, InstanceId })));
  const status = async (): Promise<unknown> =>
    (await it.run(it.map.send(new GetOperationCommand({ OperationId })))).Operation?.Status;
  expect(await status()).toBe("SUBMITTED");
  expect(await it.codeOf(it.map.send(new DeregisterInstanceCommand({ ServiceId, InstanceId })))).toBe(
    "DuplicateRequest",
  );
  await it.after(6);
  expect([await status(), await listed()]).toEqual(["SUCCESS", []]);
  expect(await it.codeOf(it.map.send(new DeregisterInstanceCommand({ ServiceId, InstanceId })))).toBe(
    "InstanceNotFound",
  );
  const filled = { AWS_EC2_INSTANCE_ID: it.one, AWS_INSTANCE_IPV4: address };
  const as = (Attributes: Record<string, string>, CreatorRequestId: string): RegisterInstanceCommand =>
    new RegisterInstanceCommand({ ServiceId, InstanceId, Attributes, CreatorRequestId });
  // What it filled in it does not take back.
  expect(await it.codeOf(it.map.send(as(filled, "again")))).toBe("InvalidInput");
  const first = await it.run(it.map.send(as({ AWS_EC2_INSTANCE_ID: it.one }, "again")));
  expect(await it.run(it.map.send(as({ AWS_EC2_INSTANCE_ID: it.one }, "again")))).toMatchObject({
    OperationId: first.OperationId,
  });
  await it.after(6);
  expect(await listed()).toEqual([{ Id: "one", Attributes: filled }]);
});

test("the oracle knows of registrations that are no targets", async () => {
  const it = await stand();
  interrupt(it.world, it.two);
  const lost = it.world.oracle.factsOf(it.two);
  const { LoadBalancerName, Instances } = { LoadBalancerName: "web", Instances: [{ InstanceId: it.two }] };
  await it.run(it.elb.send(new DeregisterInstancesFromLoadBalancerCommand({ LoadBalancerName, Instances })));
  expect(lost?.deregisteredAt).toBeNull();
  await it.after(130);
  expect(lost?.targetsLost).toEqual([`lattice/web/${it.two}:8080`]);
});
