import { setTimeout as delay } from "node:timers/promises";
import type { Drainable } from "@spotkeeper/agent";
import { drainBullWorker } from "@spotkeeper/agent/bullmq";
import { drainGrpcServer } from "@spotkeeper/agent/grpc";
import { drainSqsConsumer } from "@spotkeeper/agent/sqs";
import { drainWebSocketServer } from "@spotkeeper/agent/ws";
import { agentOf } from "../../packages/agent/test/support/agent.ts";
import { serveGrpc, startCalls } from "../../packages/agent/test/support/grpc.ts";
import { startJobs } from "../../packages/agent/test/support/jobs.ts";
import { consumerOf, startQueue } from "../../packages/agent/test/support/queue.ts";
import { hasRedis, startRedis } from "../../packages/agent/test/support/redis.ts";
import { GOING, serveWebSockets, startTalk } from "../../packages/agent/test/support/web-sockets.ts";
import type { Row } from "../support/row.ts";
import { quantile } from "../../packages/cli/src/simulate/quantile.ts";

/** Measures what a drain leaves undone on servers and queues other than HTTP, compared with their own way to close. */
export async function workDrains(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const how of HOWS) rows.push(...(await grpc(how)), ...(await webSockets(how)));
  for (const how of HOWS) rows.push(await messages(how), ...(hasRedis ? [await jobs(how)] : []));
  return rows;
}

const HOWS = ["the agent", "its own close"] as const;
type How = (typeof HOWS)[number];

/** Work that does not end by itself is cut off after this time, as by a kill. */
const PATIENCE = 5_000;
/** How long a message or job takes, and how long a drain waits for it. */
const [TAKES, FINISH] = [20_000, 2_000];

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(10);
}

async function end(how: How, drainable: Drainable, own: () => Promise<unknown>): Promise<void> {
  if (how === "its own close") return void (await Promise.race([own(), delay(PATIENCE)]));
  const agent = agentOf({ unready: 0, finish: FINISH });
  agent.onDrain("work", drainable);
  await agent.drain();
}

async function grpc(how: How): Promise<Row[]> {
  const { server, clientOf } = await serveGrpc((incoming, callback) => {
    setTimeout(() => callback(null, incoming.request), 5 + Math.random() * 20);
  });
  const drainable = drainGrpcServer(server);
  const calls = startCalls(clientOf);
  await until(() => calls.served() >= 2_000);
  calls.draining();
  await end(how, drainable, () => new Promise((resolve) => server.tryShutdown(resolve)));
  server.forceShutdown();
  const { lost, latencies } = await calls.ended();
  return rowsOf(`gRPC, 200 calls side by side, drained by ${how}`, "calls", lost.length, latencies);
}

async function webSockets(how: How): Promise<Row[]> {
  const { server, url } = await serveWebSockets();
  const drainable = drainWebSocketServer(server, { message: GOING });
  const talk = await startTalk(server, url);
  await until(() => talk.answered() >= 2_000);
  talk.draining();
  await end(how, drainable, () => {
    for (const client of server.clients) client.close(1001);
    return new Promise((resolve) => server.close(resolve));
  });
  const { unanswered, latencies } = await talk.stop();
  return rowsOf(`ws, 200 connections, drained by ${how}`, "questions", unanswered, latencies);
}

const rowsOf = (what: string, unit: string, lost: number, latencies: readonly number[]): Row[] => [
  { what: `${what}: lost`, value: lost, unit },
  { what: `${what}: p99`, value: quantile(latencies, 0.99) ?? Number.NaN, unit: "ms" },
];

/** Counts messages that no consumer can get when the process ends: they are hidden until their visibility timeout. */
async function messages(how: How): Promise<Row> {
  await using set = await startQueue(20);
  let begun = 0;
  const handleMessage = async (): Promise<undefined> => {
    begun += 1;
    await delay(TAKES, undefined, { ref: false });
  };
  const consumer = consumerOf(set, handleMessage);
  const drainable = drainSqsConsumer(consumer, set);
  consumer.start();
  await until(() => begun >= 10);
  await end(how, drainable, async () => {
    consumer.stop({ abort: true });
    await delay(FINISH);
  });
  const { Attributes } = await set.sqs.getQueueAttributes({ QueueUrl: set.queueUrl, AttributeNames: ["All"] });
  return {
    what: `sqs-consumer, 10 messages of ${TAKES / 1_000} s in hand, ${FINISH / 1_000} s to finish, drained by ${how}: hidden from other consumers afterwards`,
    value: Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"]),
    unit: "messages",
  };
}

/** Counts jobs that nobody works on when the process ends: they stay active until BullMQ finds that they stalled. */
async function jobs(how: How): Promise<Row> {
  await using redis = await startRedis();
  let begun = 0;
  const handle = async (): Promise<void> => {
    begun += 1;
    await delay(TAKES, undefined, { ref: false });
  };
  const { queue, worker } = await startJobs(redis, 10, handle);
  const drainable = drainBullWorker(worker);
  await until(() => begun >= 10);
  await end(how, drainable, () => worker.close());
  const { active = Number.NaN } = await queue.getJobCounts("active");
  await worker.close(true);
  await queue.close();
  return {
    what: `BullMQ, 10 jobs of ${TAKES / 1_000} s in hand, ${FINISH / 1_000} s to finish, drained by ${how}: active afterwards`,
    value: active,
    unit: "jobs",
  };
}
