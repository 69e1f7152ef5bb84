import { createGroup, createTargetGroup, interrupt, spotkeeperRules, type TargetGroup } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { expectSettled } from "./assess.ts";
import { type Box, openBox, QUEUE } from "./box.ts";
import { groupOf } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

let targets: TargetGroup;

/** A group of two behind a target group with AWS's default deregistration delay. */
async function open(warm: boolean): Promise<void> {
  box = await openBox({
    warm,
    build: (world, region) => {
      region.rules.push(...spotkeeperRules(QUEUE));
      const balanced = { name: "web", port: 80, loadBalancer: "shop", deregistrationDelay: 300 };
      targets = createTargetGroup(world, region, balanced);
      createGroup(world, region, { name: "web", desired: 2, types: ["m5.large"], targetGroups: [targets] });
    },
  });
}

test.each([
  ["a warm inventory", true],
  ["a cold one", false],
])(
  "the delay was lowered since it was read: what is gone early was ours all the same, with %s",
  async (_name, warm) => {
    await open(warm);
    await box.run(60);
    const [member] = [...groupOf(box.region).members.values()];
    const { id } = member!.instance;
    interrupt(box.world, id, { survives: true });
    // A cold one reads it at the first look.
    await box.run(warm ? 0 : 4);
    targets.deregistrationDelay = 5_000;
    await box.run(1_200);
    expect((await box.incident(id)).outcome).toBe("cancelled");
    expect(targets.targets.get(`${id}:80`)?.state).toBe("healthy");
    await expectSettled(box);
  },
);
