import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createClients } from "../../src/aws/clients.ts";
import { systemClock } from "../../src/clock.ts";
import type { Origin } from "../../src/model/signal.ts";
import { createSqsSource } from "../../src/signal/transports/sqs.ts";
import { describeWithMoto, type MotoServer, startMoto } from "../support/moto.ts";
import { accepted, rejected } from "./transports-sqs.support.ts";

const region = "eu-west-1";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

describeWithMoto("the queue's poller on moto", () => {
  let moto: MotoServer;
  let sqs: SQSClient;
  beforeAll(async () => {
    moto = await startMoto({ warmUp: ["sqs"] });
    sqs = new SQSClient({ endpoint: moto.endpoint, region, credentials, maxAttempts: 1 });
  });
  beforeEach(() => moto.reset());
  afterAll(async () => {
    sqs.destroy();
    await moto.stop();
  });

  const create = async (QueueName: string, Attributes: Record<string, string> = {}): Promise<string> =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl!;
  const left = async (QueueUrl: string): Promise<number> => {
    const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
    return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  };

  test("empties a queue, and keeps what is poison where the redrive policy says", async () => {
    const dead = await create("dead");
    const deadLetterTargetArn = `arn:aws:sqs:${region}:123456789012:dead`;
    const queueUrl = await create("signals", {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: "5" }),
    });
    const bodies = Array.from({ length: 30 }, (_, index) => (index === 7 ? "{poison" : `message ${index}`));
    for (const MessageBody of bodies) await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));

    const clients = createClients({
      clock: systemClock,
      accounts: [],
      endpoint: moto.endpoint,
      credentials: () => Promise.resolve(credentials),
      requestHandler: null,
    });
    const heard: { body: string; origin: Origin }[] = [];
    const said: string[] = [];
    const note = (_fields: object, text: string): void => void said.push(text);
    const source = createSqsSource({
      queueUrl,
      deadLetterQueueUrl: null,
      concurrency: 20,
      client: clients.sqs({ account: null, region }),
      at: { account: "123456789012", region },
      clock: systemClock,
      random: Math.random,
      handle: (body, origin) => {
        heard.push({ body, origin });
        return Promise.resolve(body === "{poison" ? rejected : accepted);
      },
      log: { info: note, warn: note, error: note },
    });
    source.start();
    await expect.poll(() => left(queueUrl), { timeout: 60_000 }).toBe(0);
    expect(heard.map(({ body }) => body).toSorted()).toEqual(bodies.toSorted());
    expect(heard[0]!.origin).toMatchObject({ source: "sqs", account: "123456789012", region });
    expect(Math.abs(heard[0]!.origin.sentAt! - heard[0]!.origin.receivedAt)).toBeLessThan(20_000);

    const stopping = systemClock.now();
    await source.stop(60_000);
    // The long poll that is under way takes 20 s, and is not waited for.
    expect(systemClock.now() - stopping).toBeLessThan(15_000);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: dead, MessageAttributeNames: ["All"] }),
    );
    expect(Messages).toMatchObject([
      { Body: "{poison", MessageAttributes: { SpotkeeperReason: { StringValue: "not-json" } } },
    ]);
    expect(said).toEqual([]);
    clients.destroy();
  });
});
