import type { Group } from "@spotkeeper/simulator";
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

/** The hook outlasts the incident: nobody answers it for 40 minutes, and the incident of the scale-in closes before. */
async function retainedLate(
  options: Partial<Parameters<typeof openBox>[0]> = {},
): Promise<{ group: Group; id: string }> {
  const late = { ...theirs, heartbeatTimeout: 2_400 };
  box = await openBox({ build: shop({ group: { hooks: [late], retainOnAbandon: true } }), ...options });
  await box.run(60);
  const group = groupOf(box.region);
  scaleIn(box.world, group);
  await box.run(150);
  const [member] = [...group.members.values()].filter((one) => one.state === "Terminating:Wait");
  const { id } = member!.instance;
  await box.run(2_600);
  expect(group.members.get(id)?.state).toBe("Terminating:Retained");
  expect((await box.incident(id)).closedAt).not.toBeNull();
  expect(member!.instance.state).toBe("running");
  return { group, id };
}

test("retained after its incident has closed: the next sweep opens it again, and it is ended once, by two workers", async () => {
  const { group, id } = await retainedLate({ workers: 2 });
  await box.sweep();
  await box.run(600);
  expect(effects(box, "terminate-in-group")).toHaveLength(1);
  expect(group.members.has(id)).toBe(false);
  expect(group.desired).toBe(5);
  const incident = await box.incident(id);
  expect(step(incident, "end-retained").state).toBe("done");
  expect(incident.goneAt).not.toBeNull();
  expect(incident.closedAt).not.toBeNull();
  expect(toldOf(box, id).at(-1)?.doing).toContain("end it, since its group retains it: done");
  expect((await box.incidents()).filter(({ body }) => body.subject.id === id)).toHaveLength(1);
  await expectSettled(box);
});

test.each([
  ["a dry run", { actions: { dryRun: true } }],
  ["a policy that does not act", { actions: { act: false } }],
] as const)("retained after its incident has closed, in %s: it is left alone", async (_, options) => {
  const { group, id } = await retainedLate(options);
  await box.sweep();
  await box.run(1_200);
  expect(effects(box, "terminate-in-group")).toEqual([]);
  expect(group.members.get(id)?.state).toBe("Terminating:Retained");
  expect((await box.incidents()).filter(({ body }) => body.closedAt === null)).toEqual([]);
});

test("one that no incident was about is nobody's of ours: a person may be looking at it", async () => {
  let deaf = true;
  const { group } = await (async () => {
    box = await openBox({
      build: shop({ group: { hooks: [theirs], retainOnAbandon: true } }),
      carry: (body, deliver) => (deaf ? undefined : deliver(body)),
    });
    await box.run(60);
    const made = groupOf(box.region);
    scaleIn(box.world, made);
    await box.run(400);
    return { group: made };
  })();
  deaf = false;
  await box.sweep();
  await box.run(600);
  expect([...group.members.values()].map(({ state }) => state)).toContain("Terminating:Retained");
  expect(await box.incidents()).toEqual([]);
});
