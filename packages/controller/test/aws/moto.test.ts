import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { CreateLoadBalancerCommand, ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { CreateTargetGroupCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  ListNamespacesCommand,
  ServiceDiscoveryClient,
} from "@aws-sdk/client-servicediscovery";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { ListCommandsCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { describeWithMoto, type MotoServer, startMoto } from "../support/moto.ts";
import { createCluster, createGroup, motoBench, type MotoBench, REGION, runInstances } from "./moto-fleet.ts";

const home = { account: null, region: REGION };
const unknown = "i-00000000000000000";

describeWithMoto("on moto, which knows nothing of our simulator", () => {
  let moto: MotoServer;
  let it: MotoBench;
  const config = () => ({
    endpoint: moto.endpoint,
    region: REGION,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });

  beforeAll(async () => {
    moto = await startMoto({ warmUp: ["ec2", "ecs", "autoscaling", "elasticloadbalancing"] });
    await moto.holdTaskStates();
    it = motoBench(moto.endpoint);
  });
  beforeEach(() => moto.reset());
  afterAll(async () => {
    it.close();
    await moto.stop();
  });

  test("EC2: describe with an unknown id, terminate, terminate again, terminate what never was", async () => {
    const ids = await runInstances(moto.endpoint, 3);
    const { ec2 } = it.aws;
    const found = await ec2.describeInstances(home, [...ids, unknown], it.ask());
    expect([...found.keys()].toSorted()).toEqual(ids.toSorted());
    expect(found.get(ids[0]!)).toMatchObject({
      name: "a-node",
      type: "m5.large",
      lifecycle: "spot",
      state: "running",
      privateIp: expect.any(String),
      availabilityZone: expect.stringContaining(REGION),
    });
    const ends = await Promise.allSettled(
      [ids[0]!, ids[1]!, unknown].map((id) => ec2.terminateInstance(home, id, it.ask())),
    );
    expect(ends).toMatchObject([
      { value: { already: false } },
      { value: { already: false } },
      { reason: { fields: { kind: "not-found" } } },
    ]);
    expect((await ec2.terminateInstance(home, ids[0]!, it.ask())).already).toBe(true);
    expect((await ec2.describeInstances(home, [ids[2]!], it.ask())).get(ids[2]!)?.state).toBe("running");
  });

  test("Auto Scaling: groups, members, hooks, capacity, detaching, terminating", async () => {
    await createGroup(moto.endpoint, "nodes", 3);
    await createGroup(moto.endpoint, "others", 1);
    const { autoScaling } = it.aws;
    const all = await autoScaling.listGroups(home, it.ask());
    expect(all.map(({ name }) => name).toSorted()).toEqual(["nodes", "others"]);
    const found = await autoScaling.describeGroups(home, ["nodes", "none"], it.ask());
    expect([...found.keys()]).toEqual(["nodes"]);
    const group = found.get("nodes")!;
    expect(group).toMatchObject({ min: 0, max: 13, desired: 3, capacityRebalance: false, maintenancePolicy: null });
    expect(group.tags).toMatchObject({ team: "shop" });
    const ids = group.instances.map(({ id }) => id);
    const members = await autoScaling.memberships(home, [...ids, unknown], it.ask());
    expect([...members.values()].map(({ group: name, state }) => [name, state])).toEqual(
      ids.map(() => ["nodes", "InService"]),
    );
    expect(await autoScaling.describeHooks(home, "nodes", it.ask())).toMatchObject([
      {
        name: "graceful-shutdown-hook",
        transition: "terminating",
        heartbeatTimeout: 300_000,
        defaultResult: "CONTINUE",
      },
    ]);
    expect(await autoScaling.activities(home, "nodes", 0, it.ask())).toEqual(expect.any(Array));

    await autoScaling.setDesired(home, "nodes", 4, it.ask());
    expect((await autoScaling.describeGroups(home, ["nodes"], it.ask())).get("nodes")?.desired).toBe(4);
    await autoScaling.detach(home, "nodes", ids.slice(0, 1), it.ask());
    const left = await autoScaling.memberships(home, ids, it.ask());
    expect([...left.keys()].toSorted()).toEqual(ids.slice(1).toSorted());
    expect((await autoScaling.terminateInGroup(home, ids[1]!, true, it.ask())).already).toBe(false);
    expect((await autoScaling.describeGroups(home, ["nodes"], it.ask())).get("nodes")?.desired).toBe(3);
  });

  test("Auto Scaling: the On-Demand base of a mixed instances policy, the rest of which stays", async () => {
    const spot = {
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 0,
      SpotAllocationStrategy: "diversified",
    };
    await createGroup(moto.endpoint, "mixed", 1, spot);
    const { autoScaling } = it.aws;
    await autoScaling.setOnDemandBase(home, "mixed", 2, it.ask());
    const found = (await autoScaling.describeGroups(home, ["mixed"], it.ask())).get("mixed");
    expect(found).toMatchObject({ onDemand: { base: 2, percent: 0 }, counts: "instances" });
    const raw = await it.clients
      .autoScaling(home)
      .send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ["mixed"] }));
    expect(raw.AutoScalingGroups?.[0]?.MixedInstancesPolicy).toMatchObject({
      InstancesDistribution: { SpotAllocationStrategy: "diversified" },
      LaunchTemplate: { Overrides: [{ InstanceType: "m5.large" }] },
    });
    await createGroup(moto.endpoint, "plain", 1);
    await expect(autoScaling.setOnDemandBase(home, "plain", 2, it.ask())).rejects.toMatchObject({
      fields: { kind: "invalid", awsCode: "NoMixedInstancesPolicy" },
    });
  });

  test("Auto Scaling: a page of HTML in place of an answer is `unavailable`", async () => {
    await createGroup(moto.endpoint, "nodes", 1);
    const action = { group: "nodes", hook: "graceful-shutdown-hook", instanceId: unknown, token: null };
    await expect(it.aws.autoScaling.completeLifecycle(home, action, it.ask())).rejects.toMatchObject({
      name: "AwsFailure",
      fields: { kind: "unavailable", retryable: true, operation: "CompleteLifecycleAction" },
    });
  });

  test("ECS: clusters, container instances, tasks, services, DRAINING, stopping", async () => {
    const ids = await runInstances(moto.endpoint, 12);
    await createCluster(moto.endpoint, "shop", ids);
    const { ecs } = it.aws;
    const clusters = await ecs.listClusters(home, it.ask());
    expect(clusters).toHaveLength(1);
    const described = await ecs.describeClusters(home, clusters, it.ask());
    expect(described.get(clusters[0]!)).toMatchObject({ arn: clusters[0], tags: { team: "shop" } });

    // moto ignores the filter: the answer is what was asked for all the same.
    const some = await ecs.containerInstances(home, "shop", [ids[3]!, unknown], it.ask());
    expect([...some.keys()]).toEqual([ids[3]]);
    const all = await ecs.containerInstances(home, "shop", null, it.ask());
    expect([...all.keys()].toSorted()).toEqual(ids.toSorted());

    const arns = [...all.values()].flat().map(({ arn }) => arn);
    const alone = await ecs.tasksOn(home, "shop", arns[0]!, it.ask());
    expect(alone).toMatchObject([{ containerInstanceArn: arns[0], desiredStatus: "RUNNING" }]);
    it.records.length = 0;
    const each = await Promise.all(arns.map((arn) => ecs.tasksOn(home, "shop", arn, it.ask())));
    expect(each.map(([task]) => task?.containerInstanceArn)).toEqual(arns);
    expect(it.records.map(({ operation }) => operation)).toEqual(["ListTasks", "DescribeTasks"]);

    const [service = ""] = await ecs.listServices(home, "shop", it.ask());
    expect((await ecs.describeServices(home, "shop", ["web", "none"], it.ask())).get("web")).toMatchObject({
      arn: service,
      desired: 2,
      daemon: false,
    });
    expect(await ecs.taskDefinition(home, alone[0]!.taskDefinitionArn, it.ask())).toMatchObject({
      stopTimeout: 45_000,
    });

    it.records.length = 0;
    await Promise.all(arns.map((arn) => ecs.setState(home, "shop", arn, "DRAINING", it.ask())));
    expect(it.records.map(({ batch }) => batch).toSorted((a, b) => b - a)).toEqual([10, 2]);
    const after = await ecs.containerInstances(home, "shop", null, it.ask());
    expect(new Set([...after.values()].flat().map(({ status }) => status))).toEqual(new Set(["DRAINING"]));
    const [task] = alone;
    expect((await ecs.stopTask(home, "shop", task!.arn, "a reason", it.ask())).already).toBe(false);
    expect((await ecs.describeTasks(home, "shop", [task!.arn], it.ask())).get(task!.arn)?.desiredStatus).toBe(
      "STOPPED",
    );
  });

  test("load balancers: target groups, attributes, health, deregistering", async () => {
    const ids = await runInstances(moto.endpoint, 3);
    const ec2 = new EC2Client(config());
    const setUp = new ElasticLoadBalancingV2Client(config());
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    const { TargetGroups = [] } = await setUp.send(
      new CreateTargetGroupCommand({ Name: "web", Protocol: "HTTP", Port: 80, VpcId: Vpcs[0]!.VpcId }),
    );
    const arn = TargetGroups[0]!.TargetGroupArn!;
    const { elb } = it.aws;
    const targets = ids.map((id) => ({ id, port: 80 }));
    await Promise.all(targets.map((target) => elb.register(home, arn, target, it.ask())));
    const gone = arn.replace(/[^/]+$/, "0000000000000000");
    const groups = await elb.describeTargetGroups(home, [arn, gone], it.ask());
    expect([...groups.values()]).toMatchObject([{ arn, name: "web", protocol: "HTTP", targetType: "instance" }]);
    expect(await elb.targetGroupAttributes(home, arn, it.ask())).toMatchObject({ deregistrationDelay: 300_000 });
    expect(await elb.targetHealth(home, arn, it.ask())).toHaveLength(3);
    it.records.length = 0;
    await Promise.all(targets.slice(0, 2).map((target) => elb.deregister(home, arn, target, it.ask())));
    expect(it.records.map(({ operation, batch }) => [operation, batch])).toEqual([["DeregisterTargets", 2]]);
    expect((await elb.deregister(home, arn, targets[0]!, it.ask())).already).toEqual(expect.any(Boolean));
    const healthy = (await elb.targetHealth(home, arn, it.ask())).filter(({ state }) => state === "healthy");
    expect(healthy.map(({ id }) => id)).toEqual([ids[2]]);
    ec2.destroy();
    setUp.destroy();
  });

  test("Classic Load Balancers", async () => {
    const ids = await runInstances(moto.endpoint, 3);
    const setUp = new ElasticLoadBalancingClient(config());
    await setUp.send(
      new CreateLoadBalancerCommand({
        LoadBalancerName: "classic",
        Listeners: [{ Protocol: "http", LoadBalancerPort: 80, InstancePort: 80 }],
        AvailabilityZones: [`${REGION}a`],
      }),
    );
    const { classicElb } = it.aws;
    await Promise.all(ids.map((id) => classicElb.register(home, "classic", id, it.ask())));
    expect(await classicElb.instances(home, "classic", it.ask())).toEqual(new Map(ids.map((id) => [id, "InService"])));
    it.records.length = 0;
    await Promise.all(ids.slice(0, 2).map((id) => classicElb.deregister(home, "classic", id, it.ask())));
    expect(it.records.map(({ batch }) => batch)).toEqual([2]);
    expect([...(await classicElb.instances(home, "classic", it.ask())).keys()]).toEqual([ids[2]]);
    await expect(classicElb.instances(home, "no-such-balancer", it.ask())).rejects.toMatchObject({
      fields: { kind: "not-found" },
    });
    setUp.destroy();
  });

  test("Cloud Map", async () => {
    const setUp = new ServiceDiscoveryClient(config());
    await setUp.send(new CreateHttpNamespaceCommand({ Name: "shop" }));
    const { Namespaces = [] } = await setUp.send(new ListNamespacesCommand({}));
    const { Service } = await setUp.send(new CreateServiceCommand({ Name: "web", NamespaceId: Namespaces[0]!.Id }));
    const { cloudMap } = it.aws;
    const attributes = { AWS_INSTANCE_IPV4: "10.0.0.1", team: "shop" };
    await cloudMap.register(home, Service!.Id!, "one", attributes, "first", it.ask());
    await cloudMap.register(home, Service!.Arn!, "two", { AWS_INSTANCE_IPV4: "10.0.0.2" }, "second", it.ask());
    const found = await cloudMap.instances(home, Service!.Arn!, it.ask());
    expect(found.map(({ id }) => id).toSorted()).toEqual(["one", "two"]);
    expect(found.find(({ id }) => id === "one")?.attributes).toMatchObject(attributes);
    expect((await cloudMap.deregister(home, Service!.Id!, "one", it.ask())).already).toBe(false);
    expect((await cloudMap.instances(home, Service!.Id!, it.ask())).map(({ id }) => id)).toEqual(["two"]);
    expect((await cloudMap.deregister(home, Service!.Id!, "one", it.ask())).already).toBe(true);
    expect((await cloudMap.deregister(home, "srv-none", "one", it.ask())).already).toBe(true);
    setUp.destroy();
  });

  test("SNS, and a topic that is not there", async () => {
    const setUp = new SNSClient(config());
    const { TopicArn } = await setUp.send(new CreateTopicCommand({ Name: "alerts" }));
    const message = {
      subject: "a subject",
      body: "a body",
      attributes: { severity: "high" },
      deduplicationId: null,
      groupId: null,
    };
    expect(await it.aws.sns.publish(home, TopicArn!, message, it.ask())).toEqual({ messageId: expect.any(String) });
    expect(await it.aws.sns.maximumMessageSize(home, TopicArn!, it.ask())).toBeNull(); // moto does not say
    await expect(it.aws.sns.publish(home, `${TopicArn}-not`, message, it.ask())).rejects.toMatchObject({
      fields: { kind: "not-found", retryable: false },
    });
    setUp.destroy();
  });

  test("EventBridge, and an event that is refused inside of a call that succeeds", async () => {
    const { eventBridge } = it.aws;
    const event = { source: "spotkeeper", detailType: "Alert", detail: '{"a":1}', resources: [] };
    expect(await eventBridge.put(home, "default", event, it.ask())).toEqual({ eventId: expect.any(String) });
    await expect(eventBridge.put(home, "default", { ...event, detail: "no JSON" }, it.ask())).rejects.toMatchObject({
      fields: { kind: "invalid", retryable: false, awsCode: "MalformedDetail" },
    });
  });

  test("Parameter Store and Secrets Manager: decrypted, in all pages, and null for what is not there", async () => {
    const ssm = new SSMClient(config());
    for (let n = 0; n < 12; n++)
      await ssm.send(new PutParameterCommand({ Name: `/spot/smtp/p${n}`, Value: `v${n}`, Type: "SecureString" }));
    const manager = new SecretsManagerClient(config());
    await manager.send(new CreateSecretCommand({ Name: "jira", SecretString: '{"token":"t"}' }));
    const { secretStores } = it.aws;
    expect(await secretStores.parameter(home, "/spot/smtp/p3", it.ask())).toBe("v3");
    expect(await secretStores.parameter(home, "/spot/none", it.ask())).toBeNull();
    const below = await secretStores.parametersBelow(home, "/spot", it.ask());
    expect(below.map(({ name, value }) => `${name} ${value}`).toSorted()).toEqual(
      Array.from({ length: 12 }, (_, n) => `/spot/smtp/p${n} v${n}`).toSorted(),
    );
    expect(await secretStores.secretValue(home, "jira", it.ask())).toBe('{"token":"t"}');
    expect(await secretStores.secretValue(home, "none", it.ask())).toBeNull();
    ssm.destroy();
    manager.destroy();
  });

  test("Run Command: a document is run on an instance, and its end is told", async () => {
    const [instanceId = ""] = await runInstances(moto.endpoint, 1);
    const command = {
      instanceId,
      document: "AWS-RunShellScript",
      parameters: { commands: ["systemctl stop shop"] },
      comment: "c".repeat(200),
      startWithin: 1_000,
    };
    const { commandId } = await it.aws.ssm.sendCommand(home, command, it.ask());
    expect(commandId).toMatch(/^[\da-f-]{36}$/);
    const sent = await it.clients.ssm(home).send(new ListCommandsCommand({}));
    expect(sent.Commands).toMatchObject([
      { CommandId: commandId, Comment: "c".repeat(100), TimeoutSeconds: 30, Parameters: command.parameters },
    ]);
    const invocation = await it.aws.ssm.invocation(home, commandId ?? "", instanceId, it.ask());
    expect(invocation).toMatchObject({ status: "Success", exitCode: 0, output: expect.any(String) });
    expect(await it.aws.ssm.invocation(home, commandId ?? "", unknown, it.ask())).toBeNull();
  });

  test("another account, by its role", async () => {
    await runInstances(moto.endpoint, 1);
    const there = { account: "111122223333", region: REGION };
    await createGroup(moto.endpoint, "nodes", 1);
    expect(await it.aws.autoScaling.listGroups(home, it.ask())).toHaveLength(1);
    expect(await it.aws.autoScaling.listGroups(there, it.ask())).toEqual([]);
  });
});
