import {
  createService,
  createTargetGroup,
  defineTask,
  interrupt,
  type Region,
  type World,
} from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { encodeBody } from "../../src/record/body.ts";
import { expectSettled } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** Services of two tasks on two instances, each behind a target group of its own. */
const services =
  (count: number) =>
  (world: World, region: Region): void => {
    shop({ group: { desired: 2, max: 4, types: ["m5.24xlarge"] }, web: { desired: 2 } })(world, region);
    const cluster = region.clusters.get("shop");
    if (cluster === undefined) throw new Error("no cluster");
    for (let index = 0; index < count; index++) {
      const name = `payments-service-${index}`;
      const targetType = index % 2 === 0 ? "ip" : "instance";
      const targetGroup = createTargetGroup(world, region, {
        name,
        targetType,
        loadBalancer: "shop",
        deregistrationDelay: 20,
      });
      const definition = defineTask(region, { family: name, cpu: 128, memory: 128 });
      createService(world, cluster, { name, definition, desired: 2, targetGroup, minimumHealthyPercent: 50 });
    }
  };

// Each target group has a step of some 470 bytes: 20 are more than 8 kB as plain JSON, 60 are more than 24 kB.
test.each([20, 60])(
  "an instance with tasks in %i target groups: all signals are accepted, all is drained",
  async (count) => {
    let largest = 0;
    box = await openBox({
      build: services(count),
      actions: { replace: "detach" },
      ledger: (real) => ({
        ...real,
        commit: (docs, ...rest) => {
          for (const { body } of docs) largest = Math.max(largest, encodeBody(body).length);
          return real.commit(docs, ...rest);
        },
      }),
    });
    await box.run(60);
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id);
    await box.run(1_800);
    expect(largest).toBeGreaterThan(8_192);
    expect(box.failures).toEqual([]);
    expect(box.verdicts.filter((one) => one.is === "later")).toEqual([]);
    const incident = await box.incident(victim.id);
    expect(incident.outcome).toBe("drained");
    expect(victim.targets.size).toBe(0);
    expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], targetsLost: [] });
    await expectSettled(box);
  },
);
