import { expect, test } from "vitest";
import { createDeadLetters } from "../../src/signal/transports/sqs/dead-letter.ts";
import { received } from "../../src/signal/transports/sqs/client.ts";

const url = (name: string): string => `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`;

/** A message of queue `b`, whose redrive policy names `a`, as SQS hands it out. */
function keeping(keptFrom: string | null) {
  const sent: string[] = [];
  const letters = createDeadLetters({
    queueUrl: url("b"),
    deadLetterQueueUrl: null,
    call: (_name, run) => run({} as never),
    client: {
      getQueueAttributes: async () => ({
        Attributes: {
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn: "arn:aws:sqs:us-east-1:123456789012:a" }),
        },
      }),
      getQueueUrl: async () => ({ QueueUrl: url("a") }),
      sendMessage: async ({ QueueUrl }: { QueueUrl: string }) => {
        sent.push(QueueUrl);
        return {};
      },
    },
  });
  const attributes =
    keptFrom === null ? {} : { MessageAttributes: { SpotkeeperQueue: { DataType: "String", StringValue: keptFrom } } };
  const message = received({ MessageId: "m", ReceiptHandle: "h", Body: "{not json", ...attributes }, 0);
  return { sent, kept: letters.keep(message!, "not-json", "It is no JSON.") };
}

test("two queues that are the dead-letter queues of each other: a message is passed on once, and not back", async () => {
  const first = keeping(null);
  expect([await first.kept, first.sent]).toEqual([null, [url("a")]]);
  const back = keeping(url("a"));
  expect(await back.kept).toBe("its dead-letter queue is the queue that it was put away from");
  expect(back.sent).toEqual([]);
});

test("a dead letter that was moved back to be tried again is kept again", async () => {
  const again = keeping(url("b"));
  expect([await again.kept, again.sent]).toEqual([null, [url("a")]]);
});
