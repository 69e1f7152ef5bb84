import { afterEach, expect, test } from "vitest";
import { effects, expectSettled, step, toldOf, writes } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, ourHook, scaleIn, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const theirs = { ...ourHook, name: "ci-runner", heartbeatTimeout: 200, defaultResult: "ABANDON" } as const;

test("somebody else's hook times out with ABANDON, and the group retains: ended without decrement, once", async () => {
  box = await openBox({ build: shop({ group: { hooks: [theirs], retainOnAbandon: true } }) });
  await box.run(60);
  const group = groupOf(box.region);
  scaleIn(box.world, group);
  await box.run(150);
  const [member] = [...group.members.values()].filter((one) => one.state === "Terminating:Wait");
  const { id } = member!.instance;
  await box.run(100);
  expect(group.members.get(id)?.state).toBe("Terminating:Retained");
  await box.run(600);
  const [ended] = writes(box).filter((call) => call.operation === "TerminateInstanceInAutoScalingGroup");
  expect(ended?.input).toMatchObject({ InstanceId: id, ShouldDecrementDesiredCapacity: false });
  expect(effects(box, "terminate-in-group")).toHaveLength(1);
  expect(group.desired).toBe(5);
  expect(member!.instance.state).toBe("terminated");
  expect(step(await box.incident(id), "end-retained")).toMatchObject({
    state: "done",
    reason: "its terminating hook was abandoned, and its group kept it running",
  });
  expect(toldOf(box, id).at(-1)?.doing).toContain("end it, since its group retains it: done");
  await expectSettled(box);
});
