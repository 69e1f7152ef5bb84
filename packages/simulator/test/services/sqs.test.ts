import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import type { Message, ReceiveMessageCommandInput, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";

import { md5OfAttributes } from "../../src/services/sqs-md5.ts";
import type { Clients } from "../wire/support.ts";
import { bench, connect, START, transports } from "../wire/support.ts";

const account = "111122223333";

interface Setup extends Clients {
  readonly url: string;
  readonly dead: string;
  readonly setup: ReturnType<typeof bench>;
}

async function prepare(transport: (typeof transports)[number] = "in the process"): Promise<Setup> {
  const setup = bench([]);
  const { queues } = setup.simulator;
  queues.create(account, "eu-west-1", "dead");
  queues.create(account, "eu-west-1", "work", { redrive: { maxReceiveCount: 2, deadLetterQueue: "dead" } });
  const clients = await connect(transport, setup);
  const urlOf = async (name: string): Promise<string> =>
    (await clients.run(clients.sqs.send(new GetQueueUrlCommand({ QueueName: name })))).QueueUrl ?? "";
  return { ...clients, setup, url: await urlOf("work"), dead: await urlOf("dead") };
}

const receive = async (
  { sqs, run }: { readonly sqs: SQSClient; readonly run: Clients["run"] },
  QueueUrl: string,
  more: Partial<ReceiveMessageCommandInput> = {},
): Promise<Message[]> =>
  (await run(sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more })))).Messages ?? [];

const codeOf = (error: unknown): string => (error as Error).name;

describe.each(transports)("SQS with the real client, %s", (transport) => {
  test("a message goes in, comes out with what was asked, and is deleted", async () => {
    const all = await prepare(transport);
    const sent = await all.run(
      all.sqs.send(
        new SendMessageCommand({
          QueueUrl: all.url,
          MessageBody: '{"é":"☃"}',
          MessageAttributes: {
            kind: { DataType: "String", StringValue: "test" },
            raw: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2, 255]) },
          },
        }),
      ),
    );
    const [message] = await receive(all, all.url, {
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: '{"é":"☃"}',
      Attributes: { ApproximateReceiveCount: "1", SentTimestamp: String(START) },
      MessageAttributes: { kind: { StringValue: "test" }, raw: { BinaryValue: new Uint8Array([1, 2, 255]) } },
    });
    await all.run(all.sqs.send(new DeleteMessageCommand({ QueueUrl: all.url, ReceiptHandle: message?.ReceiptHandle })));
    expect(all.setup.simulator.queues.get(account, "eu-west-1", "work")?.depth()).toEqual({
      visible: 0,
      inFlight: 0,
      delayed: 0,
    });
    await all.close();
  });

  test("batches answer each entry alone", async () => {
    const all = await prepare(transport);
    const Entries = ["a", "b", "c"].map((Id) => ({ Id, MessageBody: `body ${Id}` }));
    const sent = await all.run(all.sqs.send(new SendMessageBatchCommand({ QueueUrl: all.url, Entries })));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["a", "b", "c"]);
    const messages = await receive(all, all.url);
    expect(messages.map(({ Body }) => Body)).toEqual(["body a", "body b", "body c"]);
    const handles = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const changed = await all.run(
      all.sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: all.url,
          Entries: handles.map((entry) => ({ ...entry, VisibilityTimeout: 60 })),
        }),
      ),
    );
    expect(changed.Successful).toHaveLength(3);
    const deleted = await all.run(
      all.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: all.url,
          Entries: [...handles, { Id: "bad", ReceiptHandle: "made-up" }],
        }),
      ),
    );
    expect(deleted.Successful?.map(({ Id }) => Id)).toEqual(["0", "1", "2"]);
    expect(deleted.Failed).toMatchObject([{ Id: "bad", Code: "ReceiptHandleIsInvalid", SenderFault: true }]);
    await all.close();
  });

  test("an unknown queue has AWS's code, in the new form and the old", async () => {
    const all = await prepare(transport);
    const error: unknown = await all
      .run(all.sqs.send(new GetQueueUrlCommand({ QueueName: "none" })))
      .catch((reason: unknown) => reason);
    expect(codeOf(error)).toBe("QueueDoesNotExist");
    expect(JSON.stringify(error)).toContain("AWS.SimpleQueueService.NonExistentQueue");
    await all.close();
  });
});

test("a received message hides for the visibility timeout, then comes back counted", async () => {
  const all = await prepare();
  await all.run(all.sqs.send(new SendMessageCommand({ QueueUrl: all.url, MessageBody: "x" })));
  const [first] = await receive(all, all.url);
  expect(await receive(all, all.url)).toEqual([]);
  await all.setup.clock.runUntil(START + 29_999);
  expect(await receive(all, all.url)).toEqual([]);
  await all.setup.clock.runUntil(START + 30_000);
  const [second] = await receive(all, all.url, { MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
  expect(second?.Attributes).toEqual({ ApproximateReceiveCount: "2" });
  // The first handle is stale now: AWS may accept it, and does not delete.
  await all.run(all.sqs.send(new DeleteMessageCommand({ QueueUrl: all.url, ReceiptHandle: first?.ReceiptHandle })));
  expect(all.setup.simulator.queues.get(account, "eu-west-1", "work")?.depth().inFlight).toBe(1);
});

test("visibility can be prolonged and given back; a message that is not in flight refuses", async () => {
  const all = await prepare();
  await all.run(all.sqs.send(new SendMessageCommand({ QueueUrl: all.url, MessageBody: "x" })));
  const [message] = await receive(all, all.url);
  const change = (VisibilityTimeout: number): Promise<unknown> =>
    all
      .run(
        all.sqs.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: all.url,
            ReceiptHandle: message?.ReceiptHandle,
            VisibilityTimeout,
          }),
        ),
      )
      .catch((error: unknown) => codeOf(error));
  await change(100);
  await all.setup.clock.runUntil(START + 99_999);
  expect(await receive(all, all.url)).toEqual([]);
  await change(0);
  expect(await change(10)).toBe("MessageNotInflight");
  expect(await change(50_000)).toBe("InvalidParameterValue");
  expect(await receive(all, all.url)).toHaveLength(1);
});

test("after its receives a message moves to the dead-letter queue, with its id and sending time", async () => {
  const all = await prepare();
  const sent = await all.run(all.sqs.send(new SendMessageCommand({ QueueUrl: all.url, MessageBody: "poison" })));
  for (const at of [0, 30_000]) {
    await all.setup.clock.runUntil(START + at);
    expect(await receive(all, all.url)).toHaveLength(1);
  }
  await all.setup.clock.runUntil(START + 60_000);
  expect(await receive(all, all.url)).toEqual([]);
  const [dead] = await receive(all, all.dead, { MessageSystemAttributeNames: ["SentTimestamp"] });
  expect(dead).toMatchObject({
    MessageId: sent.MessageId,
    Body: "poison",
    Attributes: { SentTimestamp: String(START) },
  });
});

test("a long poll ends with the first messages, or empty at its time, on the clock", async () => {
  const all = await prepare();
  const queue = all.setup.simulator.queues.get(account, "eu-west-1", "work");
  all.setup.clock.setTimer(START + 7_000, () => {
    queue?.send("one");
    queue?.send("two");
  });
  expect(await receive(all, all.url, { WaitTimeSeconds: 20 })).toHaveLength(2);
  expect(all.setup.clock.now()).toBe(START + 7_000);
  expect(await receive(all, all.url, { WaitTimeSeconds: 20 })).toEqual([]);
  expect(all.setup.clock.now()).toBe(START + 27_000);
});

test("a client that gives up takes no message with it", async () => {
  const all = await prepare();
  const giveUp = new AbortController();
  const poll = all.sqs.send(new ReceiveMessageCommand({ QueueUrl: all.url, WaitTimeSeconds: 20 }), {
    abortSignal: giveUp.signal,
  });
  all.setup.clock.setTimer(START + 1_000, () => giveUp.abort());
  await expect(all.run(poll)).rejects.toMatchObject({ name: "AbortError" });
  const queue = all.setup.simulator.queues.get(account, "eu-west-1", "work");
  queue?.send("late");
  await all.setup.clock.runUntil(START + 2_000);
  expect(queue?.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
});

test("a message that nobody took is gone after its retention", async () => {
  const setup = bench([]);
  const queue = setup.simulator.queues.create(account, "eu-west-1", "short", { retention: 60_000 });
  queue.send("old");
  await setup.clock.runUntil(START + 59_999);
  queue.send("new");
  await setup.clock.runUntil(START + 60_000);
  const { signal } = new AbortController();
  const taken = await queue.receive({ max: 10, wait: 0, clock: setup.clock, signal });
  expect(taken.map(({ body }) => body)).toEqual(["new"]);
});

test("the digest of attributes is the documented one", () => {
  const attributes = {
    raw: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2, 255]) },
    kind: { DataType: "String", StringValue: "test" },
  };
  expect(md5OfAttributes(attributes)).toBe("094598da1c8c4e3177896e92120a0b5a");
});

test("a delayed message shows at its time", async () => {
  const all = await prepare();
  await all.run(all.sqs.send(new SendMessageCommand({ QueueUrl: all.url, MessageBody: "wake", DelaySeconds: 5 })));
  expect(await receive(all, all.url)).toEqual([]);
  await all.setup.clock.runUntil(START + 5_000);
  expect(await receive(all, all.url)).toHaveLength(1);
});

test.each([
  ["EmptyBatchRequest", []],
  ["TooManyEntriesInBatchRequest", Array.from({ length: 11 }, (_, index) => ({ Id: `n${index}`, MessageBody: "x" }))],
  ["BatchEntryIdsNotDistinct", ["same", "same"].map((Id) => ({ Id, MessageBody: "x" }))],
])("a batch is refused with %s", async (code, Entries) => {
  const all = await prepare();
  await expect(
    all.run(all.sqs.send(new SendMessageBatchCommand({ QueueUrl: all.url, Entries }))),
  ).rejects.toMatchObject({
    name: code,
  });
});

test.each([
  ["MaxNumberOfMessages", 11],
  ["WaitTimeSeconds", 21],
  ["VisibilityTimeout", -1],
])("%s of %d is refused", async (name, value) => {
  const all = await prepare();
  await expect(receive(all, all.url, { [name]: value })).rejects.toMatchObject({ name: "InvalidParameterValue" });
});

test("queues are made with attributes, which can be read back", async () => {
  const all = await prepare();
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:eu-west-1:${account}:dead`,
    maxReceiveCount: 3,
  });
  const made = await all.run(
    all.sqs.send(new CreateQueueCommand({ QueueName: "new", Attributes: { VisibilityTimeout: "60", RedrivePolicy } })),
  );
  const read = await all.run(
    all.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: made.QueueUrl,
        AttributeNames: ["VisibilityTimeout", "RedrivePolicy", "QueueArn"],
      }),
    ),
  );
  expect(read.Attributes).toEqual({
    VisibilityTimeout: "60",
    RedrivePolicy,
    QueueArn: `arn:aws:sqs:eu-west-1:${account}:new`,
  });
});

test("a queue of another account or region is not there", () => {
  const { simulator } = bench([]);
  simulator.queues.create(account, "eu-west-1", "q");
  expect(simulator.queues.sendTo(`arn:aws:sqs:eu-west-1:${account}:q`, "x")).toBe(true);
  expect(simulator.queues.sendTo(`arn:aws:sqs:us-east-1:${account}:q`, "x")).toBe(false);
  expect(simulator.queues.sendTo("arn:aws:sqs:eu-west-1:999999999999:q", "x")).toBe(false);
});
