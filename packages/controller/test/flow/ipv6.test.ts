import {
  createCluster,
  createService,
  createTargetGroup,
  defineTask,
  interrupt,
  interruptTask,
  spotkeeperRules,
} from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { expectSettled, writes } from "./assess.ts";
import { type Box, openBox, QUEUE } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const deregistered = (): unknown[] =>
  writes(box)
    .filter(({ operation }) => operation === "DeregisterTargets")
    .flatMap(({ input }) => input["Targets"]);

test.each([true, false])(
  "Fargate Spot: a task with an IPv6 address only is deregistered by it (warm: %s)",
  async (warm) => {
    box = await openBox({
      build(world, region) {
        region.rules.push(...spotkeeperRules(QUEUE));
        createService(world, createCluster(region, "serverless"), {
          name: "api",
          definition: defineTask(region, { family: "api", stopTimeout: 60 }),
          desired: 3,
          launch: "FARGATE_SPOT",
          targetGroup: createTargetGroup(world, region, {
            name: "api",
            targetType: "ip",
            loadBalancer: "api",
            deregistrationDelay: 5,
          }),
          addresses: "ipv6",
        });
      },
      settings: { taskExit: [50_000, 55_000] },
      warm,
    });
    await box.run(60);
    const [task] = box.region.clusters.get("serverless")!.tasks.values();
    interruptTask(box.world, task!);
    await box.run(600);
    expect(deregistered()).toEqual([{ Port: 8080, Id: task!.privateIp }]);
    expect((await box.incident(task!.arn)).outcome).toBe("drained");
    await expectSettled(box);
  },
);

test.each([true, false])(
  "a task with an IPv6 address only, on an instance, is deregistered by it (warm: %s)",
  async (warm) => {
    box = await openBox({ build: shop({ web: { addresses: "ipv6" } }), warm });
    await box.run(60);
    const victim = hostOf(box.region);
    const tasks = [...victim.containerInstance!.tasks].map(({ privateIp }) => privateIp);
    expect(tasks[0]).toContain(":");
    interrupt(box.world, victim.id);
    await box.run(600);
    expect(deregistered()).toEqual(tasks.map((Id) => ({ Id, Port: 8080 })));
    expect((await box.incident(victim.id)).outcome).toBe("drained");
    await expectSettled(box);
  },
);
