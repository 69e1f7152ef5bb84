/** Run Command of Systems Manager: the operations that Spotkeeper uses. */
import type { JsonObject, Ms, Operation } from "../operation.ts";
import { AwsError } from "../operation.ts";
import { reader } from "../fleet/api/input.ts";
import { regionOf } from "../fleet/region.ts";
import { type Command, isAlive, type World } from "../fleet/state.ts";
import { uuidFor } from "../seeded-draw.ts";

const refuse = (message: string): AwsError => new AwsError("ValidationException", message);

/** assumed: an invocation is visible after a moment, then delivered, then ends. */
const VISIBLE_AFTER: Ms = 500;
const DELIVERED_AFTER: Ms = 1_500;
const ENDS_AFTER: Ms = 6_000;

/**
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html: an instance that is shutting
 * down or terminated is not valid. assumed: SSM manages every other instance, and knows every document.
 */
const sendCommand: Operation<World> = {
  service: "ssm",
  name: "SendCommand",
  mutating: true,
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const document = read.needText("DocumentName");
    const [instanceId, ...others] = read.texts("InstanceIds") ?? [];
    if (instanceId === undefined || others.length > 0) throw refuse("The simulator takes one instance a command.");
    const seconds = read.number("TimeoutSeconds") ?? 3_600;
    if (seconds < 30 || seconds > 2_592_000) throw refuse("TimeoutSeconds must be between 30 and 2592000.");
    const region = regionOf(world, ctx.account, ctx.region);
    const instance = region.instances.get(instanceId);
    if (instance === undefined || !isAlive(instance))
      throw new AwsError("InvalidInstanceId", `Instances [[${instanceId}]] not in a valid state for account`);
    const id = uuidFor(0, `command:${ctx.account}:${ctx.region}:${region.commands.size}`);
    region.commands.set(id, { id, instanceId, document, sentAt: ctx.clock.now() });
    world.oracle.effect("run-command", `${instanceId}/${document}`);
    return { Command: { CommandId: id, DocumentName: document, InstanceIds: [instanceId], Status: "Pending" } };
  },
};

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html */
const getCommandInvocation: Operation<World> = {
  service: "ssm",
  name: "GetCommandInvocation",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const command = regionOf(world, ctx.account, ctx.region).commands.get(read.needText("CommandId"));
    const age = command === undefined ? 0 : ctx.clock.now() - command.sentAt;
    if (command === undefined || command.instanceId !== read.needText("InstanceId") || age < VISIBLE_AFTER)
      throw new AwsError("InvocationDoesNotExist", "");
    return invocation(command, age);
  },
};

function invocation({ id, instanceId, document }: Command, age: Ms): JsonObject {
  const status = age < DELIVERED_AFTER ? "Pending" : age < ENDS_AFTER ? "InProgress" : "Success";
  return {
    CommandId: id,
    InstanceId: instanceId,
    DocumentName: document,
    Status: status,
    StatusDetails: status,
    ResponseCode: status === "Success" ? 0 : -1,
    StandardOutputContent: status === "Success" ? `${document} has run\n` : "",
    StandardErrorContent: "",
  };
}

export const ssmOperations: readonly Operation<World>[] = [sendCommand, getCommandInvocation];
