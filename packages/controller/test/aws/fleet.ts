import {
  createSimulator,
  fleetOperations,
  sandboxFleet,
  sdkHandler,
  stormFleet,
  virtualClock,
  type Simulator,
  type SimulatorOptions,
  type VirtualClock,
  type World,
} from "@spotkeeper/simulator";
import type { Ask, Place } from "../../src/aws/ask.ts";
import type { Aws } from "../../src/aws/aws.ts";
import { type Clients, type ClientsOptions, createClients } from "../../src/aws/clients.ts";
import { createAws } from "../../src/aws/index.ts";
import type { CallRecord } from "../../src/aws/operation.ts";

const START = Date.UTC(2026, 10, 21);
const QUEUE = "arn:aws:sqs:us-east-1:123456789012:spotkeeper";

export interface AwsBench {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly aws: Aws;
  readonly clients: Clients;
  readonly records: CallRecord[];
  readonly close: () => void;
  /** Lets virtual time pass until it settles. */
  run<T>(promise: Promise<T>): Promise<T>;
  /** `service:operation` of every request so far, in order. */
  calls(): string[];
  readonly ask: Ask;
}

/** Our AWS calls through the real SDK, on a simulator in this process. */
export function awsBench(
  clock: VirtualClock,
  world: World,
  more: Partial<SimulatorOptions<World>> & { clients?: Partial<ClientsOptions>; ownAccount?: string } = {},
): AwsBench {
  const simulator = createSimulator({
    clock,
    seed: 1,
    world,
    operations: fleetOperations,
    throttleRules: [],
    latency: { min: 20, max: 60 },
    ...more,
  });
  const clients = createClients({
    clock,
    accounts: [],
    endpoint: null,
    credentials: () => Promise.resolve({ accessKeyId: "AKIA123456789012AAAA", secretAccessKey: "not-a-secret" }),
    requestHandler: sdkHandler(simulator),
    ...more.clients,
  });
  const records: CallRecord[] = [];
  const aws = createAws({
    clock,
    random: () => 0.5,
    clients,
    accounts: more.clients?.accounts ?? [],
    ownAccount: more.ownAccount === undefined ? null : () => more.ownAccount ?? null,
    onCall: (record) => records.push(record),
  });
  return {
    clock,
    simulator,
    aws,
    clients,
    records,
    close: aws.close,
    run: (promise) => clock.runUntilSettled(promise),
    calls: () => records.map(({ service, operation }) => `${service}:${operation}`),
    ask: { purpose: "act", deadline: START + 3_600_000 },
  };
}

export const home: Place = { account: null, region: "us-east-1" };

/** The sandbox's fleet: two clusters and more, in `us-east-1` of our own account. */
export function sandboxBench(more: Parameters<typeof awsBench>[2] = {}) {
  const clock = virtualClock(START);
  const fleet = sandboxFleet({ clock, seed: 1, queueArn: QUEUE, send: () => undefined });
  return { ...fleet, ...awsBench(clock, fleet.world, more) };
}

/** One cluster of many instances, with their tasks settled. */
export async function stormBench(instances: number, more: Parameters<typeof awsBench>[2] = {}) {
  const clock = virtualClock(START);
  const queueArn = "arn:aws:sqs:us-east-1:111111111111:spotkeeper";
  const fleet = stormFleet({ clock, seed: 1, queueArn, send: () => undefined, instances, clusters: 1, buckets: 1 });
  const credentials = () => Promise.resolve({ accessKeyId: "AKIA111111111111AAAA", secretAccessKey: "not-a-secret" });
  await clock.runUntil(START + 600_000);
  return { ...fleet, ...awsBench(clock, fleet.world, { ...more, clients: { credentials, ...more.clients } }) };
}
