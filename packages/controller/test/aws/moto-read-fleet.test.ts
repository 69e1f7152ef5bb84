import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { readFleet } from "../../src/entry/read-fleet.ts";
import { describeWithMoto, type MotoServer, startMoto } from "../support/moto.ts";
import { createCluster, createGroup, motoBench, type MotoBench, REGION } from "./moto-fleet.ts";

describeWithMoto("a fleet on moto, which knows nothing of our simulator", () => {
  let moto: MotoServer;
  let it: MotoBench;

  beforeAll(async () => {
    moto = await startMoto({ warmUp: ["ec2", "ecs", "autoscaling", "elasticloadbalancing"] });
    await moto.holdTaskStates();
    it = motoBench(moto.endpoint);
  });
  afterAll(async () => {
    it.close();
    await moto.stop();
  });

  test("is read with its groups, hooks, instances, clusters, tasks and services", async () => {
    await createGroup(moto.endpoint, "nodes", 3);
    const place = { account: null, region: REGION };
    const groups = await it.aws.autoScaling.describeGroups(place, ["nodes"], it.ask());
    const ids = groups.get("nodes")!.instances.map(({ id }) => id);
    await createCluster(moto.endpoint, "shop", ids);
    const read = await readFleet({
      config: parseConfig(`aws: { endpoint: "${moto.endpoint}" }`, "a.yaml"),
      regions: [REGION],
      env: {},
      aws: { credentials: () => Promise.resolve({ accessKeyId: "test", secretAccessKey: "test" }) },
    });
    expect(read.answered).toBe(true);
    const [one, ...others] = read.places;
    expect(others).toEqual([]);
    const { inventory, id, unread, account } = one!;
    // What moto does not know keeps nothing else from being read.
    expect(unread.map(({ operation }) => operation).toSorted()).toEqual([
      "autoscaling:DescribeInstanceRefreshes",
      "ecs:DescribeCapacityProviders",
    ]);
    expect(account).toBe("123456789012");
    expect(inventory.get("group", `${id}/nodes`)?.value).toMatchObject({ desired: 3, max: 13 });
    expect(inventory.get("hooks", `${id}/nodes`)?.value).toMatchObject([{ name: "graceful-shutdown-hook" }]);
    expect([...inventory.entries("instance")].map(([key]) => key).toSorted()).toEqual(ids.toSorted());
    const containers = [...inventory.entries("container")].flatMap(([, { value }]) => value ?? []);
    expect(containers.map(({ instanceId }) => instanceId).toSorted()).toEqual(ids.toSorted());
    expect(containers.map(({ arn }) => inventory.get("tasks", arn)?.value.length)).toEqual([1, 1, 1]);
    expect([...inventory.entries("service")].map(([, { value }]) => value.name)).toEqual(["web"]);
  });
});
