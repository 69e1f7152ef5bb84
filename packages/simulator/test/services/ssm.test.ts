import { beforeEach, expect, test } from "vitest";
import { createGroup, endInstance } from "../../src/fleet/index.ts";
import { type Bench, createBench } from "../fleet/support.ts";

let it: Bench;
let instanceId: string;
beforeEach(async () => {
  it = createBench();
  createGroup(it.world, it.region, { name: "web", desired: 1, max: 1, types: ["m5.large"] });
  await it.after(60_000);
  [instanceId = ""] = it.region.instances.keys();
});

const send = (over: object = {}): Promise<{ [key: string]: unknown }> =>
  it.call("SendCommand", { DocumentName: "drain", InstanceIds: [instanceId], ...over });

test("a command is pending, under way and then over, and cannot be asked for at once", async () => {
  const { Command } = await send({ TimeoutSeconds: 30 });
  const { CommandId = null } = Command as { readonly CommandId?: string };
  const asked = { CommandId, InstanceId: instanceId };
  expect(await it.failure("GetCommandInvocation", asked)).toBe("InvocationDoesNotExist");
  const seen: unknown[] = [];
  for (const ms of [1_000, 1_000, 5_000]) {
    await it.after(ms);
    seen.push((await it.call("GetCommandInvocation", asked))["Status"]);
  }
  expect(seen).toEqual(["Pending", "InProgress", "Success"]);
  expect(await it.call("GetCommandInvocation", asked)).toMatchObject({
    ResponseCode: 0,
    StandardOutputContent: "drain has run\n",
  });
  expect(await it.failure("GetCommandInvocation", { ...asked, InstanceId: "i-1" })).toBe("InvocationDoesNotExist");
});

test("a second one is another one, and the observer counts it", async () => {
  await send();
  await send();
  expect(it.world.oracle.duplicates()).toEqual([{ kind: "run-command", key: `${instanceId}/drain`, count: 2 }]);
});

test("what does not run is no valid instance; a time-out has its bounds", async () => {
  const command = { DocumentName: "drain", InstanceIds: [instanceId] };
  expect(await it.failure("SendCommand", { ...command, InstanceIds: ["i-1"] })).toBe("InvalidInstanceId");
  expect(await it.failure("SendCommand", { ...command, TimeoutSeconds: 29 })).toBe("ValidationException");
  expect(await it.failure("SendCommand", { InstanceIds: [instanceId] })).toBe("ValidationException");
  const instance = it.world.instances.get(instanceId);
  if (instance === undefined) throw new Error("the instance is there");
  endInstance(it.world, instance, "terminate", { code: "c", message: "m" });
  expect(await it.failure("SendCommand", command)).toBe("InvalidInstanceId");
});
