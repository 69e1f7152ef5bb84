import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import type { Probes } from "./probe.ts";

/** SQS and SNS. */
export const messages: Probes = {
  "SQS: a message there and back, its digest, and an empty queue after it": {
    async ask(it) {
      const sent = await it.sqs.send(new sqs.SendMessageCommand({ QueueUrl: it.queue, MessageBody: "Zürich 東京" }));
      const { Messages = [] } = await it.sqs.send(
        new sqs.ReceiveMessageCommand({ QueueUrl: it.queue, MessageSystemAttributeNames: ["ApproximateReceiveCount"] }),
      );
      const [message] = Messages;
      await it.sqs.send(new sqs.DeleteMessageCommand({ QueueUrl: it.queue, ReceiptHandle: message?.ReceiptHandle }));
      const { Messages: after } = await it.sqs.send(new sqs.ReceiveMessageCommand({ QueueUrl: it.queue }));
      return [message?.Body, message?.MD5OfBody, sent.MD5OfMessageBody, message?.Attributes, after];
    },
  },
  "SQS: a queue that is not there": {
    ask: (it) => it.sqs.send(new sqs.ReceiveMessageCommand({ QueueUrl: it.queue.replace(/signals$/, "none") })),
  },
  "SQS: deleting in a batch by handles that are none": {
    async ask(it) {
      const Entries = [{ Id: "a", ReceiptHandle: "nonsense" }];
      const { Failed } = await it.sqs.send(new sqs.DeleteMessageBatchCommand({ QueueUrl: it.queue, Entries }));
      return Failed?.map(({ Id, Code }) => [Id, Code]);
    },
  },
  "SQS: a batch of nothing": {
    ask: (it) => it.sqs.send(new sqs.DeleteMessageBatchCommand({ QueueUrl: it.queue, Entries: [] })),
  },
  "SNS: a topic that is not there": {
    ask: (it) =>
      it.sns.send(new sns.PublishCommand({ TopicArn: "arn:aws:sns:us-east-1:123456789012:none", Message: "x" })),
    differs: {
      simulator: { MessageId: expect.any(String) as string },
      moto: "NotFoundException 404",
      because: "the simulator's topics come into being when someone publishes to them",
    },
  },
};
