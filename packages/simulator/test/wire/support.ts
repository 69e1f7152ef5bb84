import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";

import { sdkHandler } from "../../src/sdk-handler.ts";
import type { Operation } from "../../src/operation.ts";
import { serveSimulator } from "../../src/server.ts";
import type { Simulator, SimulatorOptions } from "../../src/simulator.ts";
import { createSimulator } from "../../src/simulator.ts";
import type { VirtualClock } from "../../src/virtual-clock.ts";
import { virtualClock } from "../../src/virtual-clock.ts";

/** 2026-01-05T10:00:00Z */
export const START = 1_767_607_200_000;

export interface Bench {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
}

/** A simulator on a virtual clock, with operations made for the test and no budgets unless asked. */
export function bench(operations: readonly Operation<null>[], options: Partial<SimulatorOptions<null>> = {}): Bench {
  const clock = virtualClock(START);
  const simulator = createSimulator({ clock, seed: 7, world: null, operations, throttleRules: [], ...options });
  return { clock, simulator };
}

export const credentials = { accessKeyId: "AKIA111122223333TEST", secretAccessKey: "not-a-secret" };

export interface Clients {
  readonly ec2: EC2Client;
  readonly autoScaling: AutoScalingClient;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  /** Runs a call to its end; the in-process transport lets the virtual clock go on meanwhile. */
  readonly run: <T>(promise: Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** The real clients, one attempt each. */
function clientsWith(more: object): Omit<Clients, "run" | "close"> {
  const config = { region: "eu-west-1", credentials, maxAttempts: 1, ...more };
  return {
    ec2: new EC2Client(config),
    autoScaling: new AutoScalingClient(config),
    ecs: new ECSClient(config),
    elb: new ElasticLoadBalancingV2Client(config),
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
  };
}

export type Transport = "in the process" | "over HTTP";
export const transports: readonly Transport[] = ["in the process", "over HTTP"];

/** Real SDK clients of the simulator, by the transport. */
export async function connect(transport: Transport, { clock, simulator }: Bench, more: object = {}): Promise<Clients> {
  if (transport === "in the process") {
    const clients = clientsWith({ requestHandler: sdkHandler(simulator), ...more });
    return { ...clients, run: (promise) => clock.runUntilSettled(promise), close: () => Promise.resolve() };
  }
  const server = await serveSimulator(simulator);
  return { ...clientsWith({ endpoint: server.url, ...more }), run: (promise) => promise, close: server.close };
}
