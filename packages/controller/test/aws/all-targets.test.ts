import {
  createClassicLoadBalancer,
  createTargetGroup,
  launchInstance,
  registerClassic,
  registerTarget,
} from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { home, sandboxBench } from "./fleet.ts";

let it: ReturnType<typeof sandboxBench>;
afterEach(() => it.close());

const launch = (secondaryAddresses: readonly string[] = []) =>
  launchInstance(it.world, it.region, {
    type: "m5.large",
    zone: it.region.zones[0]!,
    purchase: "spot",
    running: true,
    secondaryAddresses,
  });

test("every target group of the region is listed, over all pages, with its network and type", async () => {
  it = sandboxBench();
  const before = it.region.targetGroups.size;
  for (let n = 0; n < 450; n++)
    createTargetGroup(it.world, it.region, { name: `t-${n}`, targetType: "ip", vpcId: "vpc-1" });
  const all = await it.run(it.aws.elb.listTargetGroups(home, it.ask));
  expect(all).toHaveLength(before + 450);
  expect(all.at(-1)).toMatchObject({ name: "t-449", targetType: "ip", vpcId: "vpc-1", loadBalancerArns: [] });
  expect(it.calls()).toEqual([
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetGroups",
  ]);
});

test("every Classic load balancer is listed with its instances", async () => {
  it = sandboxBench();
  const instance = launch();
  for (let n = 0; n < 401; n++) createClassicLoadBalancer(it.region, { name: `old-${n}` });
  registerClassic(it.world, it.region.classicLoadBalancers.get("old-400")!, instance, true);
  const all = await it.run(it.aws.classicElb.list(home, it.ask));
  expect(all).toHaveLength(401);
  expect(all.at(-1)).toEqual({ name: "old-400", instances: [instance.id] });
  expect(all[0]).toEqual({ name: "old-0", instances: [] });
});

test("a few targets are asked for by themselves, in one call; what is not registered is left out", async () => {
  it = sandboxBench();
  const group = createTargetGroup(it.world, it.region, { name: "t", port: 80, loadBalancer: "b" });
  const [one, other] = [launch(), launch()];
  for (const port of [80, 8080]) registerTarget(it.world, group, { id: one.id, port, instance: one, healthy: true });
  const asked = [
    { id: one.id, port: 8080 },
    { id: one.id, port: 80 },
    { id: other.id, port: 80 },
  ];
  const found = await it.run(it.aws.elb.healthOf(home, group.arn, asked, it.ask));
  expect(found.map(({ id, port, state }) => [id, port, state])).toEqual([
    [one.id, 8080, "healthy"],
    [one.id, 80, "healthy"],
  ]);
  expect(it.calls()).toEqual(["elasticloadbalancing:DescribeTargetHealth"]);
});

test("an instance has all private addresses of its network interfaces, each with its network", async () => {
  it = sandboxBench();
  const { id, privateIp, vpcId } = launch(["10.200.0.9", "2001:db8::9"]);
  const found = await it.run(it.aws.ec2.describeInstances(home, [id], it.ask));
  expect(found.get(id)?.addresses).toEqual(
    [privateIp, "10.200.0.9", "2001:db8::9"].map((address) => ({ vpcId, address })),
  );
});
