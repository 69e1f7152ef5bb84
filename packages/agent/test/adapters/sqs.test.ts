import { Consumer } from "sqs-consumer";
import { expect, test, vi } from "vitest";
import { drainSqsConsumer } from "../../src/adapters/sqs.ts";
import type { Drainable } from "../../src/drain/phases.ts";
import { agentOf, handlerOf } from "../support/agent.ts";
import { startQueue } from "../support/queue.ts";

test("messages in hand are finished and deleted, and no more are received", async () => {
  await using set = await startQueue(5);
  const done: string[] = [];
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
  const consumer = Consumer.create({
    ...set,
    batchSize: 2,
    handleMessage: async (message) => {
      begin();
      await go;
      done.push(message.Body ?? "");
      return message;
    },
  });
  const agent = agentOf();
  agent.onDrain("sqs", drainSqsConsumer(consumer, set));
  consumer.start();
  await begun;
  const drained = agent.drain();
  await new Promise<void>((resolve) => void agent.on("phase", (phase) => phase === "finish" && resolve()));
  letGo();
  expect((await drained).outcome).toBe("drained");
  expect(done.length).toBeLessThanOrEqual(2);
  const { Attributes } = await set.sqs.getQueueAttributes({ QueueUrl: set.queueUrl, AttributeNames: ["All"] });
  expect([Attributes?.["ApproximateNumberOfMessages"], Attributes?.["ApproximateNumberOfMessagesNotVisible"]]).toEqual([
    String(5 - done.length),
    "0",
  ]);
});

test("what is not done in time is returned to the queue at once", async () => {
  await using set = await startQueue(2);
  let begun = 0;
  const handleMessage = (): Promise<never> => {
    begun += 1;
    return new Promise(() => {});
  };
  const consumer = Consumer.create({ ...set, batchSize: 2, handleMessage });
  const agent = agentOf({ unready: 0, finish: 2_000 });
  agent.onDrain("sqs", drainSqsConsumer(consumer, set));
  consumer.start();
  await vi.waitFor(() => expect(begun).toBe(2), { timeout: 10_000 });
  const report = await agent.drain();
  expect(handlerOf(report, "finish")).toMatchObject({
    outcome: "cut-off",
    notes: ["2 of 2 unfinished messages returned to the queue"],
  });
  const { Messages } = await set.sqs.receiveMessage({ QueueUrl: set.queueUrl, MaxNumberOfMessages: 10 });
  expect(Messages).toHaveLength(2);
});

test("an empty long poll is given up at once, and taken up again when the notice is cancelled", async () => {
  await using set = await startQueue(0);
  const done: string[] = [];
  const consumer = Consumer.create({
    ...set,
    waitTimeSeconds: 20,
    handleMessage: async (message) => {
      done.push(message.Body ?? "");
      return message;
    },
  });
  const errors: string[] = [];
  consumer.on("error", ({ message }) => void errors.push(message));
  const drainable = drainSqsConsumer(consumer, set);
  consumer.start();
  await vi.waitFor(() => expect(consumer.status.isPolling).toBe(true));
  await drainable["stop-intake"]?.({} as never);
  await vi.waitFor(() => expect(consumer.status.isPolling).toBe(false), { timeout: 5_000 });
  await drainable.resume?.();
  await set.sqs.sendMessage({ QueueUrl: set.queueUrl, MessageBody: "again" });
  await vi.waitFor(() => expect(done).toEqual(["again"]), { timeout: 10_000 });
  consumer.stop();
});

test("of a notice that is called off, what is in hand goes on and is not given back", async () => {
  await using set = await startQueue(1);
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
  let times = 0;
  const consumer = Consumer.create({
    ...set,
    handleMessage: async (message) => {
      times += 1;
      begin();
      await go;
      return message;
    },
  });
  const drainable: Drainable = drainSqsConsumer(consumer, set);
  consumer.start();
  await begun;
  const context = { signal: AbortSignal.abort(), calledOff: true, note: () => {} };
  await drainable["stop-intake"]?.(context as never);
  await drainable.finish?.(context as never);
  await drainable.resume?.();
  await new Promise((resolve) => setTimeout(resolve, 500));
  letGo();
  await vi.waitFor(async () => {
    const { Attributes } = await set.sqs.getQueueAttributes({ QueueUrl: set.queueUrl, AttributeNames: ["All"] });
    expect(Attributes?.["ApproximateNumberOfMessagesNotVisible"]).toBe("0");
  });
  consumer.stop();
  expect(times).toBe(1);
});

test("resumed while its last poll goes on, it polls on once and not side by side", async () => {
  await using set = await startQueue(6);
  let [inHand, most, done] = [0, 0, 0];
  const consumer = Consumer.create({
    ...set,
    batchSize: 1,
    handleMessage: async (message) => {
      most = Math.max(most, (inHand += 1));
      await new Promise((resolve) => setTimeout(resolve, 200));
      inHand -= 1;
      done += 1;
      return message;
    },
  });
  const drainable: Drainable = drainSqsConsumer(consumer, set);
  consumer.start();
  for (const times of [1, 2, 3]) {
    await vi.waitFor(() => expect(inHand + done).toBeGreaterThanOrEqual(times), { interval: 5, timeout: 5_000 });
    await drainable["stop-intake"]?.({} as never);
    await drainable.resume?.();
  }
  await vi.waitFor(() => expect(done).toBe(6), { timeout: 10_000 });
  expect(most).toBe(1);
  consumer.stop();
});
