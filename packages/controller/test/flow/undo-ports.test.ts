import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  defineTask,
  interrupt,
  type Region,
  spotkeeperRules,
  type World,
} from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { expectSettled } from "./assess.ts";
import { type Box, openBox, QUEUE } from "./box.ts";
import { groupOf } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** One instance with both tasks of a service, each under a port of the instance that was free. */
function bridged(world: World, region: Region): void {
  region.rules.push(...spotkeeperRules(QUEUE));
  const cluster = createCluster(region, "shop");
  attachGroup(world, cluster, createGroup(world, region, { name: "web", desired: 1, max: 1, types: ["m5.large"] }));
  createService(world, cluster, {
    name: "web",
    definition: defineTask(region, { family: "web", cpu: 256, memory: 256, networkMode: "bridge" }),
    desired: 2,
    minimumHealthyPercent: 50,
    targetGroup: createTargetGroup(world, region, {
      name: "web",
      targetType: "instance",
      port: 80,
      loadBalancer: "shop",
      deregistrationDelay: 10,
    }),
  });
}

test.each([true, false])(
  "of two tasks of one service on one instance ECS stops one: the other one's port is registered again, warm: %s",
  async (warm) => {
    box = await openBox({ build: bridged, warm, actions: { stopTasks: false } });
    const [{ instance } = { instance: null }] = [...groupOf(box.region).members.values()];
    const tasks = [...(instance?.containerInstance?.tasks ?? [])];
    expect(new Set(tasks.map(({ hostPort }) => hostPort)).size).toBe(2);
    interrupt(box.world, instance!.id, { survives: true });
    await box.run(1_200);
    expect((await box.incident(instance!.id)).outcome).toBe("cancelled");
    const { targets } = [...box.region.targetGroups.values()][0]!;
    const stays = tasks.filter(({ desiredStatus }) => desiredStatus === "RUNNING");
    expect(stays).toHaveLength(1);
    const served = [...targets.values()].filter(({ state }) => state === "healthy").map(({ port }) => port);
    expect(served).toContain(stays[0]?.hostPort);
    for (const { hostPort } of tasks.filter((one) => !stays.includes(one))) expect(served).not.toContain(hostPort);
    await expectSettled(box);
  },
);
