import { createSimulator, sdkHandler, virtualClock, type Queue, type QueueSettings } from "@spotkeeper/simulator";
import { createClients } from "../../src/aws/clients.ts";
import type { Verdict } from "../../src/signal/verdict.ts";
import type { Origin } from "../../src/model/signal.ts";
import { createSqsSource, type SqsSource, type SqsSourceOptions } from "../../src/signal/transports/sqs.ts";

export const START = Date.UTC(2026, 10, 21);
export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";
const queueUrl = (name: string): string => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;

interface Line {
  readonly level: "info" | "warn" | "error";
  readonly text: string;
  readonly fields: { readonly [name: string]: unknown };
}

export const accepted: Verdict = { is: "accepted", incidents: [], errors: [] };
export const rejected: Verdict = { is: "rejected", reason: "not-json", message: "The message is not JSON" };

export interface QueueBench {
  readonly clock: ReturnType<typeof virtualClock>;
  readonly simulator: ReturnType<typeof createSimulator>;
  readonly queue: Queue;
  readonly dead: Queue;
  readonly source: SqsSource;
  readonly lines: Line[];
  readonly handled: { readonly body: string; readonly at: number; readonly origin: Origin }[];
  /** Lets virtual time pass. */
  pass(seconds: number): Promise<void>;
  calls(operation: string): number;
}

/** A queue, its dead-letter queue `dead`, and a source whose messages are judged by `verdict`. */
export function queueBench(
  verdict: (body: string, origin: Origin) => Verdict | Promise<Verdict> = () => accepted,
  more: Partial<SqsSourceOptions> & { settings?: Partial<QueueSettings> } = {},
): QueueBench {
  const clock = virtualClock(START);
  const latency = { min: 5, max: 20 };
  const simulator = createSimulator({ clock, seed: 1, world: null, operations: [], throttleRules: [], latency });
  const dead = simulator.queues.create(ACCOUNT, REGION, "dead");
  const queue = simulator.queues.create(ACCOUNT, REGION, "signals", more.settings);
  const clients = createClients({
    clock,
    accounts: [],
    endpoint: null,
    credentials: () => Promise.resolve({ accessKeyId: `AKIA${ACCOUNT}AAAA`, secretAccessKey: "not-a-secret" }),
    requestHandler: sdkHandler(simulator),
  });
  const lines: Line[] = [];
  const handled: QueueBench["handled"] = [];
  const log = (level: Line["level"]) => (fields: Line["fields"], text: string) =>
    void lines.push({ level, text, fields });
  const source = createSqsSource({
    queueUrl: queueUrl("signals"),
    deadLetterQueueUrl: queueUrl("dead"),
    concurrency: 100,
    client: clients.sqs({ account: null, region: REGION }),
    clock,
    random: () => 0.5,
    handle: async (body, origin) => {
      handled.push({ body, at: clock.now() - START, origin });
      return verdict(body, origin);
    },
    log: { info: log("info"), warn: log("warn"), error: log("error") },
    ...more,
  });
  return {
    clock,
    simulator,
    queue,
    dead,
    source,
    lines,
    handled,
    pass: (seconds) => clock.runUntil(clock.now() + seconds * 1_000),
    calls: (operation) => simulator.calls.recent().filter((call) => call.operation === operation).length,
  };
}

export const fill = (queue: Queue, count: number): void => {
  for (let index = 0; index < count; index++) queue.send(`message ${index}`);
};
