/**
 * An instance as it was before a write. EC2 is eventually consistent: a change may not be visible yet, and a new
 * instance may not be found. https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
import type { CallContext, Json, JsonObject, Ms, Operation } from "./operation.ts";
import { AwsError } from "./operation.ts";
import { drawFor } from "./seeded-draw.ts";

interface Stale {
  readonly until: Ms;
  readonly instance: JsonObject;
}

/**
 * Adds a delay between EC2's writes and reads. For up to `maxLag` (drawn for each instance from the seed),
 * DescribeInstances shows a terminated instance as it was, and does not show a new one; TerminateInstances does not
 * find a new one either. The duration is assumed; AWS names no limit.
 */
export function eventuallyConsistent<World>(
  operations: readonly Operation<World>[],
  maxLag: Ms,
  seed: number,
): readonly Operation<World>[] {
  const describe = operations.find(({ service, name }) => service === "ec2" && name === "DescribeInstances");
  if (describe === undefined || maxLag <= 0) return operations;
  const stale = new Map<string, Stale>();
  const lagOf = (id: string, what: string): Ms => drawFor(seed, `lag:${what}:${id}`) * maxLag;

  const isNew = (instance: JsonObject, now: Ms): boolean => {
    const launched = instance["LaunchTime"];
    const launchedAt = launched instanceof Date ? launched.getTime() : Number(launched);
    return launchedAt + lagOf(String(instance["InstanceId"]), "launch") > now;
  };
  const notFound = (id: string): AwsError =>
    new AwsError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);

  const lagged = (output: JsonObject, input: JsonObject, now: Ms): JsonObject => {
    const asked = input["InstanceIds"];
    return mapInstances(output, (instance) => {
      const id = String(instance["InstanceId"]);
      if (isNew(instance, now)) {
        if (Array.isArray(asked) && asked.includes(id)) throw notFound(id);
        return null;
      }
      const before = stale.get(id);
      if (before === undefined) return instance;
      if (before.until > now) return before.instance;
      stale.delete(id);
      return instance;
    });
  };

  const write = async (world: World, input: JsonObject, ctx: CallContext): Promise<void> => {
    const ids = Array.isArray(input["InstanceIds"]) ? input["InstanceIds"] : [];
    const output = await describe.run(world, { Filters: [{ Name: "instance-id", Values: ids }] }, ctx);
    mapInstances(output, (instance) => {
      const id = String(instance["InstanceId"]);
      if (isNew(instance, ctx.clock.now())) throw notFound(id);
      return instance;
    });
    mapInstances(output, (instance) => {
      const id = String(instance["InstanceId"]);
      // Keep the state before the first write; a second write within the delay changes nothing here.
      if (!stale.has(id)) stale.set(id, { until: ctx.clock.now() + lagOf(id, "write"), instance });
      return instance;
    });
  };

  return operations.map((operation) => {
    if (operation === describe) {
      const run: Operation<World>["run"] = async (world, input, ctx) =>
        lagged(await describe.run(world, input, ctx), input, ctx.clock.now());
      return { ...operation, run };
    }
    if (operation.service === "ec2" && operation.name === "TerminateInstances") {
      const run: Operation<World>["run"] = async (world, input, ctx) => {
        await write(world, input, ctx);
        return operation.run(world, input, ctx);
      };
      return { ...operation, run };
    }
    return operation;
  });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Applies `change` to each instance in the output of DescribeInstances; null removes it. */
function mapInstances(output: JsonObject, change: (instance: JsonObject) => JsonObject | null): JsonObject {
  const reservations = Array.isArray(output["Reservations"]) ? output["Reservations"] : [];
  return {
    ...output,
    Reservations: reservations.filter(isObject).flatMap((reservation): JsonObject[] => {
      const instances = Array.isArray(reservation["Instances"]) ? reservation["Instances"] : [];
      const kept = instances.filter(isObject).flatMap((instance): JsonObject[] => {
        const changed = change(instance);
        return changed === null ? [] : [changed];
      });
      return kept.length === 0 ? [] : [{ ...reservation, Instances: kept }];
    }),
  };
}
