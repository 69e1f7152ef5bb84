import { interrupt } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { effects, expectSettled, step } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

describe.each([
  ["weights", {}],
  ["vCPUs", { desiredCapacityType: "vcpu" as const }],
])("a group that counts %s", (_what, counts) => {
  test("is raised by what the doomed instance counts for, and lowered by as much", async () => {
    const group = { types: ["m5.xlarge"], weights: { "m5.xlarge": 4 }, desired: 24, max: 48, ...counts };
    box = await openBox({ build: shop({ group }), actions: { replace: "raise" } });
    await box.run(60);
    expect(groupOf(box.region).members.size).toBe(6);
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id);
    await box.run(15);
    expect(groupOf(box.region).desired).toBe(28);
    await box.run(1_800);
    expect(groupOf(box.region).desired).toBe(24);
    expect(groupOf(box.region).members.size).toBe(6);
    expect(effects(box, "launch")).toHaveLength(1);
    const incident = await box.incident(victim.id);
    expect(step(incident, "replace").state).toBe("done");
    expect(step(incident, "verify-replacement")).toMatchObject({
      state: "done",
      receipt: { serving: 24, desired: 24 },
    });
    await expectSettled(box);
  });
});
