import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeInstanceRefreshesCommand,
  DescribeLifecycleHooksCommand,
  DescribeScalingActivitiesCommand,
  DetachInstancesCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  paginateDescribeAutoScalingGroups,
} from "@aws-sdk/client-auto-scaling";
import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import {
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListContainerInstancesCommand,
  ListServicesCommand,
  ListTasksCommand,
  StopTaskCommand,
  UpdateContainerInstancesStateCommand,
  paginateListContainerInstances,
} from "@aws-sdk/client-ecs";
import {
  DeregisterTargetsCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { beforeEach, describe, expect, test } from "vitest";
import { createSimulator } from "../../src/simulator.ts";
import { fleetOperations, interrupt } from "../../src/fleet/index.ts";
import { sandboxFleet } from "../../src/scenario/sandbox.ts";
import { sdkHandler } from "../../src/sdk-handler.ts";
import { startAt } from "./support.ts";
import { virtualClock } from "../../src/virtual-clock.ts";

const prepare = () => {
  const clock = virtualClock(startAt);
  const queueArn = "arn:aws:sqs:us-east-1:123456789012:spotkeeper";
  const fleet = sandboxFleet({ clock, seed: 1, queueArn, send: () => {} });
  const simulator = createSimulator({
    clock,
    seed: 1,
    world: fleet.world,
    operations: fleetOperations,
    throttleRules: [],
  });
  const config = {
    region: "us-east-1",
    credentials: { accessKeyId: "AKIA123456789012AAAA", secretAccessKey: "not-a-secret" },
    requestHandler: sdkHandler(simulator),
    maxAttempts: 1,
  };
  const group = (name: string): string[] => [...(fleet.region.groups.get(name)?.members.keys() ?? [])];
  return {
    ...fleet,
    clock,
    group,
    ec2: new EC2Client(config),
    scaling: new AutoScalingClient(config),
    ecs: new ECSClient(config),
    elb: new ElasticLoadBalancingV2Client(config),
  };
};

let it: ReturnType<typeof prepare>;
beforeEach(() => {
  it = prepare();
});

describe("EC2", () => {
  test("an instance is described in full", async () => {
    const [id = ""] = it.group("shop-workers");
    const { Reservations } = await it.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    const instance = Reservations?.[0]?.Instances?.[0];
    expect(instance).toMatchObject({
      InstanceId: id,
      InstanceType: "c5.xlarge",
      InstanceLifecycle: "spot",
      State: { Code: 16, Name: "running" },
      Placement: { AvailabilityZone: "us-east-1a", AvailabilityZoneId: "use1-az1" },
      Operator: { Managed: false },
    });
    expect(instance?.LaunchTime).toBeInstanceOf(Date);
    expect(instance?.PrivateIpAddress).toMatch(/^10\./u);
    expect(instance?.Tags).toContainEqual({ Key: "aws:autoscaling:groupName", Value: "shop-workers" });
  });

  test("one unknown id fails the call, the filter tolerates it", async () => {
    const [id = ""] = it.group("shop-web");
    const InstanceIds = [id, "i-00000000000000000"];
    await expect(it.ec2.send(new DescribeInstancesCommand({ InstanceIds }))).rejects.toMatchObject({
      name: "InvalidInstanceID.NotFound",
    });
    const Filters = [{ Name: "instance-id", Values: InstanceIds }];
    const { Reservations } = await it.ec2.send(new DescribeInstancesCommand({ Filters }));
    expect(Reservations).toHaveLength(1);
  });

  test("pages hold what is asked for; ids and a page size do not go together", async () => {
    const first = await it.ec2.send(new DescribeInstancesCommand({ MaxResults: 100 }));
    const second = await it.ec2.send(new DescribeInstancesCommand({ MaxResults: 100, NextToken: first.NextToken }));
    expect([first.Reservations?.length, second.Reservations?.length, second.NextToken]).toEqual([100, 20, undefined]);
    const InstanceIds = it.group("shop-web").slice(0, 1);
    await expect(it.ec2.send(new DescribeInstancesCommand({ InstanceIds, MaxResults: 5 }))).rejects.toMatchObject({
      name: "InvalidParameterCombination",
    });
  });

  test("managed instances are hidden unless asked for", async () => {
    const all = await it.ec2.send(new DescribeInstancesCommand({ IncludeManagedResources: true }));
    const managed = all.Reservations?.flatMap(({ Instances = [] }) => Instances).filter(
      ({ Operator }) => Operator?.Managed,
    );
    expect(managed?.map(({ Operator }) => Operator?.Principal)).toEqual(["ecs.amazonaws.com", "eks.amazonaws.com"]);
    const id = managed?.[0]?.InstanceId ?? "";
    await expect(it.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
      name: "InvalidInstanceID.NotFound",
    });
  });

  test("a reclaim tells its reason, and terminating twice succeeds", async () => {
    const [id = "", other = ""] = it.group("ci-runners");
    interrupt(it.world, id);
    await it.clock.runUntil(startAt + 125_000);
    const { Reservations } = await it.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    expect(Reservations?.[0]?.Instances?.[0]?.StateReason?.Code).toBe("Server.SpotInstanceTermination");
    for (const before of ["running", "shutting-down"]) {
      const ended = await it.ec2.send(new TerminateInstancesCommand({ InstanceIds: [other] }));
      expect(ended.TerminatingInstances?.[0]).toMatchObject({
        PreviousState: { Name: before },
        CurrentState: { Name: "shutting-down", Code: 32 },
      });
    }
    expect(it.world.oracle.duplicates()).toEqual([]);
  });
});

describe("Auto Scaling", () => {
  test("groups are paged, and say what the gates ask", async () => {
    const groups = [];
    for await (const page of paginateDescribeAutoScalingGroups({ client: it.scaling, pageSize: 4 }, {})) {
      groups.push(...(page.AutoScalingGroups ?? []));
    }
    expect(groups).toHaveLength(6);
    const web = groups.find(({ AutoScalingGroupName }) => AutoScalingGroupName === "shop-web");
    expect(web).toMatchObject({ MinSize: 20, MaxSize: 45, DesiredCapacity: 30, CapacityRebalance: false });
    expect(web?.Instances).toHaveLength(30);
    expect(web?.Instances?.[0]).toMatchObject({ LifecycleState: "InService", ProtectedFromScaleIn: false });
    expect(web?.MixedInstancesPolicy?.InstancesDistribution?.OnDemandBaseCapacity).toBe(3);
    const plain = groups.find(({ AutoScalingGroupName }) => AutoScalingGroupName === "legacy-api");
    expect(plain?.TargetGroupARNs).toHaveLength(2);
    const batch = groups.find(({ AutoScalingGroupName }) => AutoScalingGroupName === "data-batch");
    // Managed termination protection: protected is what has tasks, and only that.
    expect(new Set(batch?.Instances?.map(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn))).toEqual(
      new Set([true, false]),
    );
  });

  test("instances, hooks, refreshes and activities", async () => {
    const ids = it.group("data-stream");
    const found = await it.scaling.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: ids }));
    expect(found.AutoScalingInstances?.map(({ AutoScalingGroupName }) => AutoScalingGroupName)).toEqual(
      ids.map(() => "data-stream"),
    );
    const many = new DescribeAutoScalingInstancesCommand({
      InstanceIds: Array.from({ length: 51 }, () => ids[0] ?? ""),
    });
    await expect(it.scaling.send(many)).rejects.toMatchObject({ name: "ValidationError" });
    const AutoScalingGroupName = "data-stream";
    const { LifecycleHooks } = await it.scaling.send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName }));
    expect(
      LifecycleHooks?.map(({ LifecycleHookName, HeartbeatTimeout, GlobalTimeout }) => [
        LifecycleHookName,
        HeartbeatTimeout,
        GlobalTimeout,
      ]),
    ).toEqual([
      ["graceful-shutdown-hook", 300, 30_000],
      ["log-shipper-hook", 60, 6_000],
    ]);
    it.region.groups
      .get(AutoScalingGroupName)
      ?.refreshes.push({ id: "r-1", startTime: startAt, endTime: null, status: "InProgress" });
    const { InstanceRefreshes } = await it.scaling.send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName }));
    expect(InstanceRefreshes).toMatchObject([{ InstanceRefreshId: "r-1", Status: "InProgress" }]);
    await it.scaling.send(
      new DetachInstancesCommand({
        AutoScalingGroupName: "legacy-api",
        InstanceIds: it.group("legacy-api").slice(0, 2),
        ShouldDecrementDesiredCapacity: false,
      }),
    );
    const { Activities } = await it.scaling.send(
      new DescribeScalingActivitiesCommand({ AutoScalingGroupName: "legacy-api" }),
    );
    expect(Activities).toHaveLength(2);
    expect(Activities?.[0]?.StartTime).toBeInstanceOf(Date);
  });

  test("a hook is completed once", async () => {
    const [InstanceId = ""] = it.group("data-stream");
    await it.scaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: false }),
    );
    const complete = new CompleteLifecycleActionCommand({
      AutoScalingGroupName: "data-stream",
      LifecycleHookName: "graceful-shutdown-hook",
      LifecycleActionResult: "CONTINUE",
      InstanceId,
    });
    await it.scaling.send(complete);
    await expect(it.scaling.send(complete)).rejects.toMatchObject({
      name: "ValidationError",
      message: `No active Lifecycle Action found with instance ID ${InstanceId}`,
    });
  });

  test("what is out of bounds is refused with AWS's words", async () => {
    const set = new SetDesiredCapacityCommand({ AutoScalingGroupName: "data-stream", DesiredCapacity: 19 });
    await expect(it.scaling.send(set)).rejects.toMatchObject({
      message: "New SetDesiredCapacity value 19 is above max value 18 for the AutoScalingGroup.",
    });
    const InstanceIds = it.group("shop-web").slice(0, 21);
    const detach = new DetachInstancesCommand({
      AutoScalingGroupName: "shop-web",
      InstanceIds,
      ShouldDecrementDesiredCapacity: false,
    });
    await expect(it.scaling.send(detach)).rejects.toMatchObject({ name: "ValidationError" });
  });
});

describe("ECS", () => {
  test("a container instance is found by its EC2 instance, and its tasks by it", async () => {
    const { clusterArns = [] } = await it.ecs.send(new ListClustersCommand({}));
    expect(clusterArns).toHaveLength(2);
    const ids = it.group("shop-web").slice(0, 2);
    const listed = await it.ecs.send(
      new ListContainerInstancesCommand({ cluster: clusterArns[0], filter: `ec2InstanceId in [${ids.join(", ")}]` }),
    );
    expect(listed.containerInstanceArns).toHaveLength(2);
    const one = await it.ecs.send(
      new ListContainerInstancesCommand({ cluster: "shop", filter: `ec2InstanceId == ${ids[0] ?? ""}` }),
    );
    const arn = one.containerInstanceArns?.[0] ?? "";
    const { containerInstances, failures } = await it.ecs.send(
      new DescribeContainerInstancesCommand({
        cluster: "shop",
        containerInstances: [arn, "0123456789abcdef0123456789abcdef"],
      }),
    );
    expect(containerInstances).toMatchObject([{ ec2InstanceId: ids[0], status: "ACTIVE", agentConnected: true }]);
    expect(containerInstances?.[0]?.registeredAt).toBeInstanceOf(Date);
    expect(failures).toMatchObject([{ reason: "MISSING" }]);
    const { taskArns = [] } = await it.ecs.send(new ListTasksCommand({ cluster: "shop", containerInstance: arn }));
    const { tasks } = await it.ecs.send(new DescribeTasksCommand({ cluster: "shop", tasks: taskArns }));
    expect(tasks?.every((task) => task.containerInstanceArn === arn && task.lastStatus === "RUNNING")).toBe(true);
    const elsewhere = await it.ecs.send(
      new ListContainerInstancesCommand({ cluster: "data", filter: `ec2InstanceId == ${ids[0] ?? ""}` }),
    );
    expect(elsewhere.containerInstanceArns).toEqual([]);
  });

  test("lists are paged, unknown clusters and filters refused", async () => {
    const arns = [];
    for await (const page of paginateListContainerInstances({ client: it.ecs, pageSize: 20 }, { cluster: "shop" })) {
      arns.push(...(page.containerInstanceArns ?? []));
    }
    expect(new Set(arns).size).toBe(54);
    await expect(it.ecs.send(new ListTasksCommand({ cluster: "nope" }))).rejects.toMatchObject({
      name: "ClusterNotFoundException",
    });
    const filter = new ListContainerInstancesCommand({ cluster: "shop", filter: "colour == red" });
    await expect(it.ecs.send(filter)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  test("services, task definitions, clusters and providers", async () => {
    const { serviceArns = [], nextToken } = await it.ecs.send(new ListServicesCommand({ cluster: "shop" }));
    expect([serviceArns.length, nextToken]).toEqual([8, undefined]);
    const { services } = await it.ecs.send(new DescribeServicesCommand({ cluster: "shop", services: serviceArns }));
    const web = services?.find(({ serviceName }) => serviceName === "web");
    expect(web).toMatchObject({
      desiredCount: 24,
      runningCount: 24,
      pendingCount: 0,
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
    });
    expect(web?.loadBalancers).toHaveLength(1);
    const { taskDefinition } = await it.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "mailer" }));
    expect(taskDefinition?.containerDefinitions?.[0]?.stopTimeout).toBe(90);
    const { clusters } = await it.ecs.send(new DescribeClustersCommand({ clusters: ["data"] }));
    const { capacityProviders } = await it.ecs.send(
      new DescribeCapacityProvidersCommand({ capacityProviders: clusters?.[0]?.capacityProviders }),
    );
    expect(capacityProviders?.[0]?.autoScalingGroupProvider).toMatchObject({
      managedDraining: "ENABLED",
      managedTerminationProtection: "ENABLED",
    });
    const eleven = new DescribeServicesCommand({ cluster: "shop", services: Array.from({ length: 11 }, () => "web") });
    await expect(it.ecs.send(eleven)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  test("draining takes ten, and tasks stop when told", async () => {
    const { containerInstanceArns = [] } = await it.ecs.send(new ListContainerInstancesCommand({ cluster: "shop" }));
    const drain = (count: number) =>
      it.ecs.send(
        new UpdateContainerInstancesStateCommand({
          cluster: "shop",
          containerInstances: containerInstanceArns.slice(0, count),
          status: "DRAINING",
        }),
      );
    await expect(drain(11)).rejects.toMatchObject({ name: "InvalidParameterException" });
    const { containerInstances } = await drain(10);
    expect(containerInstances?.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => "DRAINING"));
    const { taskArns } = await it.ecs.send(new ListTasksCommand({ cluster: "shop", startedBy: "operator" }));
    const { task } = await it.ecs.send(
      new StopTaskCommand({ cluster: "shop", task: taskArns?.[0] ?? "", reason: "spot" }),
    );
    expect(task).toMatchObject({ desiredStatus: "STOPPED", stopCode: "UserInitiated", stoppedReason: "spot" });
  });
});

describe("Elastic Load Balancing", () => {
  test("a target drains for its delay, and is unused after it", async () => {
    const { TargetGroups } = await it.elb.send(new DescribeTargetGroupsCommand({ Names: ["legacy-api"] }));
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn;
    expect(TargetGroups?.[0]).toMatchObject({ TargetType: "instance", Port: 80 });
    const { Attributes } = await it.elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
    expect(Attributes).toContainEqual({ Key: "deregistration_delay.timeout_seconds", Value: "60" });
    const [Id = ""] = it.group("legacy-api");
    const state = async (): Promise<unknown> => {
      const { TargetHealthDescriptions } = await it.elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn, Targets: [{ Id }] }),
      );
      return TargetHealthDescriptions?.[0]?.TargetHealth?.State;
    };
    const Targets = [{ Id, Port: 80 }];
    expect(await state()).toBe("healthy");
    await it.elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
    expect(await state()).toBe("draining");
    await it.clock.runUntil(startAt + 61_000);
    expect(await state()).toBe("unused");
    await it.elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
    expect(await state()).toBe("initial");
    await it.clock.runUntil(startAt + 120_000);
    expect(await state()).toBe("healthy");
  });

  test("all targets of a group, and the balancers", async () => {
    const { LoadBalancers } = await it.elb.send(new DescribeLoadBalancersCommand({ Names: ["legacy"] }));
    const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
    const { TargetGroups } = await it.elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn }));
    expect(TargetGroups?.map(({ TargetGroupName }) => TargetGroupName)).toEqual(["legacy-api", "legacy-ws"]);
    const all = await it.elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn }),
    );
    expect(all.TargetHealthDescriptions).toHaveLength(16);
    const unknown = new DescribeTargetHealthCommand({
      TargetGroupArn: "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/x/1",
    });
    await expect(it.elb.send(unknown)).rejects.toMatchObject({ name: "TargetGroupNotFoundException" });
  });
});
