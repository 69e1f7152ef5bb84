import {
  createTargetGroup,
  type Instance,
  interrupt,
  moveService,
  type Region,
  shiftService,
  type World,
} from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { expectSettled, step, toldOf, writes } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostsOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const group = (world: World, region: Region, name: string) =>
  createTargetGroup(world, region, {
    name,
    targetType: "ip",
    port: 8080,
    loadBalancer: "shop",
    deregistrationDelay: 20,
  });

/** Target groups in which a target of the instance stands, or stood until it was deregistered. */
const groupsOf = (instance: Instance): string[] => [...instance.targets].map((target) => target.group.name);

const deregisteredFrom = (): string[] =>
  writes(box)
    .filter(({ operation }) => operation === "DeregisterTargets")
    .map(({ input }) => /targetgroup\/([\w-]+)\//.exec(JSON.stringify(input["TargetGroupArn"]))?.[1] ?? "");

/** The service's tasks stand in `green`, the alternate of `web`, as after a deployment. */
const green = (world: World, region: Region): void => {
  shop({ web: { alternateTargetGroup: group(world, region, "green"), minimumHealthyPercent: 100 } })(world, region);
  const service = region.clusters.get("shop")!.services.get("web")!;
  shiftService(service);
  service.desired += 2;
  for (const listener of world.listeners.serviceChanged) listener(service);
};

describe.each([true, false])("a blue/green deployment is under way (warm: %s)", (warm) => {
  test("a task that stands in the alternate target group is taken out of it", async () => {
    box = await openBox({ build: green, warm });
    await box.run(120);
    const victim = hostsOf(box.region).find((one) => groupsOf(one).includes("green"));
    const stood = groupsOf(victim!);
    interrupt(box.world, victim!.id);
    await box.run(600);
    // Seen in one of the two, it is taken out of that one alone; an older list of health may lack it.
    expect(deregisteredFrom().toSorted()).toEqual(warm ? expect.arrayContaining(stood) : stood.toSorted());
    expect(box.world.oracle.factsOf(victim!.id)).toMatchObject({ targetsLost: [] });
    expect((await box.incident(victim!.id)).outcome).toBe("drained");
    expect(toldOf(box, victim!.id).length).toBeGreaterThan(0);
    await expectSettled(box);
  });

  test("the last two in the alternate target group are both doomed: one is held", async () => {
    box = await openBox({
      build: green,
      warm,
      settings: { taskStart: [10_000, 11_000], targetHealthy: [30_000, 31_000] },
    });
    await box.run(120);
    const victims = hostsOf(box.region).filter((one) => groupsOf(one).includes("green"));
    expect(victims).toHaveLength(2);
    for (const victim of victims) interrupt(box.world, victim.id);
    await box.run(15);
    const holds = [];
    for (const { id } of victims) holds.push((await box.incident(id)).steps);
    const held = holds.filter((steps) =>
      steps.some(({ id, state }) => id.startsWith("hold:green") && state === "waiting"),
    );
    expect(held).toHaveLength(1);
    await box.run(1_200);
    await expectSettled(box);
  });
});

describe.each([true, false])("a deployment to another target group is under way (warm: %s)", (warm) => {
  test("a task of the earlier revision is taken out of the one that it joined", async () => {
    box = await openBox({
      build(world, region) {
        shop()(world, region);
        moveService(region.clusters.get("shop")!.services.get("web")!, group(world, region, "next"));
      },
      warm,
    });
    await box.run(60);
    const [victim] = hostsOf(box.region);
    interrupt(box.world, victim!.id);
    await box.run(600);
    expect(deregisteredFrom()).toContain("web");
    expect(step(await box.incident(victim!.id), "await-targets").state).toBe("done");
    await expectSettled(box);
  });

  test("its revisions cannot be read: told, and the rest goes on", async () => {
    box = await openBox({
      build(world, region) {
        shop()(world, region);
        moveService(region.clusters.get("shop")!.services.get("web")!, group(world, region, "next"));
      },
      warm,
    });
    box.simulator.faults.add({ match: { operation: "DescribeServiceRevisions" }, effect: { kind: "denied" } });
    await box.run(60);
    const [victim] = hostsOf(box.region);
    interrupt(box.world, victim!.id);
    await box.run(30);
    const why = toldOf(box, victim!.id).flatMap((model) => model.missing);
    expect(why.some((one) => one.includes("ecs:DescribeServiceRevisions"))).toBe(true);
    expect(step(await box.incident(victim!.id), "drain").state).toBe("done");
    await box.run(1_200);
    expect(box.failures).toEqual([]);
  });
});
