import { afterEach, expect, test } from "vitest";
import { home, sandboxBench } from "./fleet.ts";

let it: ReturnType<typeof sandboxBench>;
afterEach(() => it.close());

test("one that is protected from termination is refused for good, and fails nobody else of its call", async () => {
  it = sandboxBench();
  const all = [...it.region.groups.get("legacy-api")!.members.values()].map(({ instance }) => instance);
  const [kept] = all;
  kept!.disableApiTermination = true;
  const same = all.filter(({ zone }) => zone === kept!.zone);
  const ends = await it.run(Promise.allSettled(all.map(({ id }) => it.aws.ec2.terminateInstance(home, id, it.ask))));
  expect(same.length).toBeGreaterThan(0);
  expect(ends[0]).toMatchObject({
    status: "rejected",
    reason: { fields: { kind: "invalid", retryable: false, awsCode: "OperationNotPermitted" } },
  });
  expect(ends.slice(1).map(({ status }) => status)).toEqual(all.slice(1).map(() => "fulfilled"));
  expect(kept!.state).toBe("running");
  expect(all.slice(1).every(({ state }) => state === "shutting-down")).toBe(true);
});

test("a call that is refused has ended those in zones without a protected one", async () => {
  it = sandboxBench();
  const all = [...it.region.groups.get("legacy-api")!.members.values()].map(({ instance }) => instance);
  const other = all.find(({ zone }) => zone !== all[0]!.zone)!;
  all[0]!.disableApiTermination = true;
  const pair = [all[0]!.id, other.id].map((id) => it.aws.ec2.terminateInstance(home, id, it.ask));
  await it.run(Promise.allSettled(pair));
  expect(it.world.oracle.effects().filter(({ kind, again }) => kind === "terminate" && !again)).toHaveLength(1);
  expect(other.state).toBe("shutting-down");
});
