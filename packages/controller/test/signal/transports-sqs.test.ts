import { virtualClock } from "@spotkeeper/simulator";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Verdict } from "../../src/signal/verdict.ts";
import { createCalls } from "../../src/signal/transports/sqs/calls.ts";
import { createDeletes } from "../../src/signal/transports/sqs/deletes.ts";
import { queueAt, queueOfArn } from "../../src/signal/transports/queue-url.ts";
import { ACCOUNT, accepted, fill, queueBench, REGION, rejected, START } from "./transports-sqs.support.ts";

describe("receiving", () => {
  test("a message reaches the flow with where and when it was sent, and is deleted", async () => {
    const { source, queue, handled, pass } = queueBench();
    queue.send("a body");
    await pass(1);
    source.start();
    await pass(1);
    const origin = { source: "sqs", account: ACCOUNT, region: REGION, sentAt: START, receivedAt: expect.any(Number) };
    expect(handled).toMatchObject([{ body: "a body", origin }]);
    expect(queue.peek()).toEqual([]);
    await source.stop(1_000);
  });

  test("an empty queue costs three calls a minute, and a message on it is heard at once", async () => {
    const { source, queue, handled, calls, pass, clock } = queueBench();
    source.start();
    await pass(60);
    expect(calls("ReceiveMessage")).toBeLessThanOrEqual(4);
    const sentAt = clock.now();
    queue.send("late");
    await pass(1);
    expect(handled[0]!.at + START - sentAt).toBeLessThan(100);
    await source.stop(1_000);
  });

  test("a full queue is emptied by polls side by side, and deletes are batched", async () => {
    const { source, queue, handled, calls, pass } = queueBench();
    fill(queue, 500);
    source.start();
    await pass(2);
    expect(new Set(handled.map(({ body }) => body)).size).toBe(500);
    expect(handled).toHaveLength(500);
    // One poll after the other would take fifty times 5 to 20 ms.
    expect(handled.at(-1)!.at).toBeLessThan(350);
    expect(queue.peek()).toEqual([]);
    expect(calls("DeleteMessageBatch")).toBeLessThan(100);
    await pass(60);
    const before = calls("ReceiveMessage");
    await pass(60);
    // Down to one long poll again.
    expect(calls("ReceiveMessage") - before).toBeLessThanOrEqual(4);
    await source.stop(1_000);
  });

  test("never more are in hand than allowed, and the rest waits in the queue", async () => {
    let inHand = 0;
    let most = 0;
    const bench = queueBench(
      async () => {
        most = Math.max(most, ++inHand);
        await bench.clock.sleep(1_000);
        inHand--;
        return accepted;
      },
      { concurrency: 7 },
    );
    fill(bench.queue, 30);
    bench.source.start();
    await bench.pass(4);
    expect(most).toBe(7);
    await bench.pass(10);
    expect(bench.handled).toHaveLength(30);
    expect(bench.queue.peek()).toEqual([]);
    await bench.source.stop(1_000);
  });

  test("what is ignored is deleted as well", async () => {
    const { source, queue, pass } = queueBench(() => ({ is: "ignored", reason: "unknown-event" }));
    queue.send("{}");
    source.start();
    await pass(1);
    expect(queue.peek()).toEqual([]);
    await source.stop(1_000);
  });

  test("a delete that fails is told, and the message comes again", async () => {
    const { source, queue, simulator, handled, lines, pass } = queueBench();
    simulator.faults.add({ match: { operation: "DeleteMessageBatch" }, effect: { kind: "html" }, times: 1 });
    queue.send("a body");
    source.start();
    await pass(35);
    expect(handled).toHaveLength(2);
    expect(queue.peek()).toEqual([]);
    expect(lines.map(({ level }) => level)).toEqual(["warn"]);
    await source.stop(1_000);
  });
});

test("deletes that SQS refuses one by one are told", async () => {
  const clock = virtualClock(START);
  const told: unknown[] = [];
  const sent: number[] = [];
  const deletes = createDeletes({
    client: {
      deleteMessageBatch: ({ Entries }) => {
        sent.push(Entries.length);
        return Promise.resolve({ Failed: [{ Code: "ReceiptHandleIsInvalid" }] });
      },
    },
    queueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/a-queue",
    call: createCalls(clock, new AbortController().signal),
    clock,
    onFailure: (count, error) => told.push([count, error]),
  });
  const all = Array.from({ length: 11 }, (_, index) => deletes.add(`${index}`));
  await clock.runUntilSettled(Promise.all(all));
  expect(sent).toEqual([10, 1]);
  expect(told).toEqual([
    [1, "ReceiptHandleIsInvalid"],
    [1, "ReceiptHandleIsInvalid"],
  ]);
});

describe("what cannot be understood", () => {
  test("goes to the dead-letter queue with its reason and its body", async () => {
    const { source, queue, dead, pass } = queueBench(() => rejected);
    const id = queue.send("{not json");
    source.start();
    await pass(1);
    expect(queue.peek()).toEqual([]);
    expect(dead.peek()).toMatchObject([
      {
        body: "{not json",
        attributes: {
          SpotkeeperReason: { StringValue: "not-json" },
          SpotkeeperExplanation: { StringValue: "The message is not JSON" },
          SpotkeeperMessageId: { StringValue: id },
        },
      },
    ]);
    await source.stop(1_000);
  });

  test("in part is acted on, and kept with what is wrong with it", async () => {
    const verdict: Verdict = {
      is: "accepted",
      incidents: ["incident#i-1234abcd#1"],
      errors: ["entity 3 is none", "nor 4"],
    };
    const { source, queue, dead, handled, pass } = queueBench(() => verdict);
    queue.send("half of it");
    source.start();
    await pass(1);
    expect(handled).toHaveLength(1);
    expect(queue.peek()).toEqual([]);
    expect(dead.peek()).toMatchObject([
      {
        body: "half of it",
        attributes: {
          SpotkeeperReason: { StringValue: "in-part" },
          SpotkeeperExplanation: { StringValue: "entity 3 is none nor 4" },
        },
      },
    ]);
    await source.stop(1_000);
  });

  test("goes where the redrive policy says, where nothing else is configured", async () => {
    const redrive = { maxReceiveCount: 5, deadLetterQueue: "dead" };
    const { source, queue, dead, calls, pass } = queueBench(() => rejected, {
      deadLetterQueueUrl: null,
      settings: { redrive },
    });
    fill(queue, 3);
    source.start();
    await pass(1);
    fill(queue, 1);
    await pass(1);
    expect(queue.peek()).toEqual([]);
    expect(dead.peek()).toHaveLength(4);
    expect(calls("GetQueueUrl")).toBeLessThanOrEqual(3);
    await source.stop(1_000);
  });

  test("without a dead-letter queue stays in its queue, hidden for long, and that is said", async () => {
    const { source, queue, handled, lines, pass } = queueBench(() => rejected, { deadLetterQueueUrl: null });
    queue.send("{not json");
    source.start();
    await pass(3_600);
    expect(handled).toHaveLength(1);
    expect(queue.peek()).toHaveLength(1);
    expect(lines).toMatchObject([{ level: "error", text: expect.stringContaining("deadLetterQueueUrl") }]);
    expect(JSON.stringify(lines)).not.toContain("{not json");
    // It comes back when SQS lets it, as often as its retention allows.
    await pass(12 * 3_600);
    expect(handled).toHaveLength(2);
    expect(lines).toHaveLength(2);
    await source.stop(1_000);
  });

  test("that took long to be found so is hidden for what is left of the 12 hours", async () => {
    const slow = (): Promise<Verdict> => bench.clock.sleep(20_000).then(() => rejected);
    const bench = queueBench(slow, { deadLetterQueueUrl: null });
    bench.queue.send("{not json");
    bench.source.start();
    await bench.pass(3_600);
    expect(bench.handled).toHaveLength(1);
    await bench.source.stop(1_000);
  });

  test.each([
    ["the config", { deadLetterQueueUrl: `https://${REGION}.queue.amazonaws.com/${ACCOUNT}/signals` }],
    ["the redrive policy", { settings: { redrive: { maxReceiveCount: 20, deadLetterQueue: "signals" } } }],
  ])("is not put back where it came from, as %s says", async (_what, more) => {
    const { source, queue, handled, lines, calls, pass } = queueBench(() => rejected, {
      deadLetterQueueUrl: null,
      ...more,
    });
    queue.send("{not json");
    source.start();
    await pass(60);
    expect(handled).toHaveLength(1);
    expect(calls("SendMessage")).toBe(0);
    expect(lines).toMatchObject([{ level: "error", text: expect.stringContaining("its own dead-letter queue") }]);
    await source.stop(1_000);
  });

  test("is not deleted before it is kept: when the dead-letter queue is away it comes again", async () => {
    const { source, queue, dead, simulator, pass } = queueBench(() => rejected);
    simulator.faults.add({ match: { operation: "SendMessage" }, effect: { kind: "html" }, times: 1 });
    queue.send("{not json");
    source.start();
    await pass(10);
    expect(dead.peek()).toHaveLength(0);
    expect(queue.peek()).toHaveLength(1);
    await pass(40);
    expect(dead.peek()).toHaveLength(1);
    expect(queue.peek()).toHaveLength(0);
    await source.stop(1_000);
  });

  test("one that is too long with its reason is packed, whole", async () => {
    const { source, queue, dead, simulator, pass } = queueBench(() => rejected);
    const tooLong = {
      kind: "error",
      code: "InvalidParameterValue",
      message: "One or more parameters are invalid",
    } as const;
    simulator.faults.add({ match: { operation: "SendMessage" }, effect: tooLong, times: 1 });
    const body = "x".repeat(1_048_500);
    queue.send(body);
    source.start();
    await pass(2);
    const [kept] = dead.peek();
    expect(kept!.attributes["SpotkeeperEncoding"]).toMatchObject({ StringValue: "gzip+base64" });
    expect(gunzipSync(Buffer.from(kept!.body, "base64")).toString()).toBe(body);
    expect(queue.peek()).toEqual([]);
    await source.stop(1_000);
  });

  test("stops nothing: what follows it is handled", async () => {
    const { source, queue, handled, dead, pass } = queueBench((body) => (body.endsWith("3") ? rejected : accepted));
    fill(queue, 20);
    source.start();
    await pass(1);
    expect(handled).toHaveLength(20);
    expect(
      dead
        .peek()
        .map(({ body }) => body)
        .toSorted(),
    ).toEqual(["message 13", "message 3"]);
    await source.stop(1_000);
  });
});

describe("what cannot be made durable", () => {
  test("comes back later and later, until it can", async () => {
    let away = true;
    const { source, queue, handled, pass } = queueBench(() => (away ? { is: "later", reason: "away" } : accepted));
    queue.send("a body");
    source.start();
    await pass(110);
    expect(handled.map(({ at }) => Math.round(at / 1_000))).toEqual([0, 15, 45, 105]);
    away = false;
    await pass(900);
    expect(handled).toHaveLength(5);
    expect(queue.peek()).toEqual([]);
    await source.stop(1_000);
  });

  test("a handler that throws or hangs leaves the message, and does not take the source down", async () => {
    const bench = queueBench((body) => {
      if (body === "throws") throw new Error("a bug");
      return body === "hangs" ? new Promise<never>(() => undefined) : accepted;
    });
    for (const body of ["throws", "hangs", "fine"]) bench.queue.send(body);
    bench.source.start();
    await bench.pass(14);
    expect(
      bench.queue
        .peek()
        .map(({ body }) => body)
        .toSorted(),
    ).toEqual(["hangs", "throws"]);
    expect(bench.lines).toMatchObject([{ level: "error", text: expect.stringContaining("could not be handled") }]);
    // A hanging one gives its place back before the message comes again.
    await bench.pass(30);
    expect(bench.handled.filter(({ body }) => body === "hangs").length).toBeGreaterThan(1);
    await bench.clock.runUntilSettled(bench.source.stop(1_000));
  });
});

describe("trouble", () => {
  test("is told once, makes the source unready, backs off, and is over when it is over", async () => {
    const { source, queue, simulator, lines, calls, handled, pass } = queueBench();
    const end = simulator.faults.add({ match: { operation: "ReceiveMessage" }, effect: { kind: "denied" } });
    source.start();
    await pass(0.5);
    expect(source.unready()).toEqual([]);
    await pass(120);
    expect(source.unready()).toMatchObject([{ what: "source", code: "SK-AWS-CALL" }]);
    expect(lines.filter(({ level }) => level === "error")).toHaveLength(1);
    expect(calls("ReceiveMessage")).toBeLessThan(12);
    end();
    queue.send("a body");
    await pass(31);
    expect(handled).toHaveLength(1);
    expect(source.unready()).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ level: "info" });
    await source.stop(1_000);
  });

  test("a poll that is never answered is given up, and one is nobody's trouble", async () => {
    const { source, queue, simulator, handled, lines, pass } = queueBench();
    simulator.faults.add({ match: { operation: "ReceiveMessage" }, effect: { kind: "hang" }, times: 1 });
    source.start();
    queue.send("a body");
    await pass(26);
    expect(handled).toHaveLength(1);
    expect(lines.map(({ level }) => level)).toEqual(["info", "info"]);
    await source.stop(1_000);
  });
});

describe("stopping", () => {
  test("ends the long poll at once, and finishes what is in hand", async () => {
    const bench = queueBench(async () => {
      await bench.clock.sleep(2_000);
      return accepted;
    });
    bench.source.start();
    bench.queue.send("a body");
    await bench.pass(1);
    const stopped = bench.source.stop(5_000);
    expect(bench.source.stop(1)).toBe(stopped);
    bench.queue.send("too late");
    await bench.clock.runUntilSettled(stopped);
    expect(bench.clock.now() - START).toBeLessThan(2_200);
    expect(bench.queue.peek().map(({ body, receiveCount }) => [body, receiveCount])).toEqual([["too late", 0]]);
    await bench.pass(120);
    expect(bench.handled).toHaveLength(1);
  });

  test("does not wait longer than it may", async () => {
    const bench = queueBench(() => new Promise<never>(() => undefined));
    bench.queue.send("hangs");
    bench.source.start();
    await bench.pass(1);
    await bench.clock.runUntilSettled(bench.source.stop(3_000));
    expect(bench.clock.now() - START).toBe(4_000);
    expect(bench.queue.peek()).toHaveLength(1);
  });

  test("ends what does not answer", async () => {
    const { source, queue, simulator, clock, pass } = queueBench();
    simulator.faults.add({ match: { operation: "DeleteMessageBatch" }, effect: { kind: "hang" } });
    queue.send("a body");
    source.start();
    await pass(1);
    await clock.runUntilSettled(source.stop(2_000));
    await pass(0.1);
    expect(clock.now() - START).toBe(3_100);
    const call = simulator.calls.recent().find(({ operation }) => operation === "DeleteMessageBatch");
    expect(call).toMatchObject({ outcome: "aborted" });
  });

  test("while backing off leaves nothing behind", async () => {
    const { source, simulator, clock, calls, pass } = queueBench();
    simulator.faults.add({ match: {}, effect: { kind: "reset" } });
    source.start();
    await pass(10);
    await clock.runUntilSettled(source.stop(1_000));
    const before = calls("ReceiveMessage");
    await pass(600);
    expect(calls("ReceiveMessage")).toBe(before);
    expect(clock.pending()).toBe(0);
  });
});

test.each([
  ["https://sqs.eu-west-1.amazonaws.com/111122223333/a-queue", "111122223333", "eu-west-1"],
  ["https://sqs.us-gov-west-1.amazonaws.com/111122223333/a-queue", "111122223333", "us-gov-west-1"],
  ["https://sqs.cn-north-1.amazonaws.com.cn/111122223333/a-queue", "111122223333", "cn-north-1"],
  ["https://sqs-fips.us-east-2.amazonaws.com/111122223333/a-queue", "111122223333", "us-east-2"],
  ["https://sqs.eu-west-1.api.aws/111122223333/a-queue", "111122223333", "eu-west-1"],
  [
    "https://vpce-0a1b-xyz.sqs.ap-southeast-2.vpce.amazonaws.com/111122223333/a-queue",
    "111122223333",
    "ap-southeast-2",
  ],
  ["https://eu-central-1.queue.amazonaws.com/111122223333/a-queue", "111122223333", "eu-central-1"],
  ["http://127.0.0.1:4566/123456789012/a-queue", "123456789012", "af-south-1"],
  ["http://localhost:9324/queue/a-queue", null, "af-south-1"],
])("%s is in account %s and region %s", (url, account, region) => {
  expect(queueAt(url, "af-south-1")).toEqual({ account, region });
});

test.each([
  ["arn:aws:sqs:eu-west-1:111122223333:a-queue", { account: "111122223333", region: "eu-west-1", name: "a-queue" }],
  ["arn:aws-cn:sqs:cn-north-1:111122223333:a.fifo", { account: "111122223333", region: "cn-north-1", name: "a.fifo" }],
  ["arn:aws:sns:eu-west-1:111122223333:a-topic", null],
  ["", null],
])("the ARN %s", (arn, queue) => {
  expect(queueOfArn(arn)).toEqual(queue);
});
