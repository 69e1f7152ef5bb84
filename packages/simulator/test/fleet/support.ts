import { AwsError } from "../../src/operation.ts";
import type { JsonObject } from "../../src/operation.ts";
import type { VirtualClock } from "../../src/virtual-clock.ts";
import type { Settings } from "../../src/fleet/settings.ts";
import type { Region, World } from "../../src/fleet/state.ts";
import { createWorld, fleetOperations, regionOf } from "../../src/fleet/index.ts";
import { virtualClock } from "../../src/virtual-clock.ts";

const account = "111122223333";
const regionName = "eu-west-1";
export const startAt: number = Date.UTC(2026, 0, 1);

export interface Bench {
  readonly world: World;
  readonly region: Region;
  readonly clock: VirtualClock;
  readonly bodies: { readonly queue: string; readonly at: number; readonly body: JsonObject }[];
  readonly queueArn: string;
  call(name: string, input?: JsonObject): Promise<JsonObject>;
  /** The code of the error that a call ends with. */
  failure(name: string, input?: JsonObject): Promise<string>;
  after(ms: number): Promise<void>;
  events(detailType: string): JsonObject[];
}

/** An empty world on a virtual clock, whose every event reaches one queue. */
export const createBench = (settings: Partial<Settings> = {}, seed: number | string = 1): Bench => {
  const clock = virtualClock(startAt);
  const bodies: Bench["bodies"] = [];
  const queueArn = `arn:aws:sqs:${regionName}:${account}:events`;
  const world = createWorld({
    clock,
    seed,
    settings,
    send: (queue, body) => {
      bodies.push({ queue, at: clock.now(), body: JSON.parse(body) as JsonObject });
    },
  });
  const region = regionOf(world, account, regionName);
  region.rules.push({ sources: [], detailTypes: [], queueArn });
  const call = async (name: string, input: JsonObject = {}): Promise<JsonObject> => {
    const operation = fleetOperations.find((candidate) => candidate.name === name);
    if (!operation) throw new Error(`no operation ${name}`);
    const { signal } = new AbortController();
    return operation.run(world, input, { account, region: regionName, clock, signal });
  };
  return {
    world,
    region,
    clock,
    bodies,
    queueArn,
    call,
    failure: async (name, input) => {
      try {
        await call(name, input);
      } catch (error) {
        if (error instanceof AwsError) return error.code;
        throw error;
      }
      return "it succeeded";
    },
    after: (ms) => clock.runUntil(clock.now() + ms),
    events: (detailType) => bodies.map(({ body }) => body).filter((body) => body["detail-type"] === detailType),
  };
};
