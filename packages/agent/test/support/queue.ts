import { SQS } from "@aws-sdk/client-sqs";
import { createSimulator, realClock, serveSimulator } from "@spotkeeper/simulator";
import { Consumer } from "sqs-consumer";

/** A queue with so many messages, on the simulator. */
export async function startQueue(
  messages: number,
): Promise<AsyncDisposable & { readonly sqs: SQS; readonly queueUrl: string }> {
  const clock = realClock({ speed: 1 });
  const simulator = createSimulator({ clock, seed: 1, world: null, operations: [] });
  const server = await serveSimulator(simulator);
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const sqs = new SQS({ endpoint: server.url, region: "eu-west-1", credentials });
  const { QueueUrl: queueUrl = "" } = await sqs.createQueue({
    QueueName: "work",
    Attributes: { VisibilityTimeout: "600" },
  });
  for (let number = 1; number <= messages; number++)
    await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: String(number) });
  return { sqs, queueUrl, [Symbol.asyncDispose]: () => server.close() };
}

/** A consumer that takes ten messages at a time, not started. */
export const consumerOf = (
  set: { readonly sqs: SQS; readonly queueUrl: string },
  handleMessage: () => Promise<undefined>,
): Consumer => Consumer.create({ ...set, batchSize: 10, handleMessage });
