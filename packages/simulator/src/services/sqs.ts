/** The SQS API: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
import type { CallContext, Json, JsonObject, Operation, Shape } from "../operation.ts";
import { AwsError } from "../operation.ts";
import { integerIn, listIn, objectIn, stringIn } from "./input-fields.ts";
import type { HandleState, MessageAttribute, Queue, QueueSettings, Queues } from "./queues.ts";
import { md5OfAttributes, md5OfText } from "./sqs-md5.ts";
import { arn as arnOf } from "../fleet/region.ts";

const MAX_BATCH = 10;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_BODY_BYTES = 1_048_576;
const MAX_VISIBILITY_SECONDS = 43_200;
const MAX_DELAY_SECONDS = 900;
const MAX_WAIT_SECONDS = 20;

const attributesShape: Shape = {
  type: "map",
  of: { type: "structure", fields: { BinaryValue: { type: "blob" } } },
};
const batchShape: Shape = {
  type: "list",
  of: { type: "structure", fields: { MessageAttributes: attributesShape } },
};

/**
 * Returns the operations of SQS on `queues`.
 *
 * @param origin the origin of queue URLs in a region, for example `http://127.0.0.1:4566`; clients use these URLs
 */
export function sqsOperations(queues: Queues, origin: (region: string) => string): readonly Operation<unknown>[] {
  const at = (input: JsonObject, ctx: CallContext): Queue => queueOf(queues, input, ctx);
  const urlOf = (queue: Queue): string => `${origin(queue.region)}/${queue.account}/${queue.name}`;

  const operation = (
    name: string,
    mutating: boolean,
    run: (input: JsonObject, ctx: CallContext) => JsonObject | Promise<JsonObject>,
    shapes: {
      readonly input?: { readonly [name: string]: Shape };
      readonly output?: { readonly [name: string]: Shape };
    } = {},
  ): Operation<unknown> => ({
    service: "sqs",
    name,
    mutating,
    ...shapes,
    run: (_world, input, ctx) => run(input, ctx),
  });

  return [
    operation("CreateQueue", true, (input, ctx) => {
      const settings = readSettings(objectIn(input, "Attributes"));
      return { QueueUrl: urlOf(queues.create(ctx.account, ctx.region, stringIn(input, "QueueName"), settings)) };
    }),
    operation("GetQueueUrl", false, (input, ctx) => {
      const account =
        typeof input["QueueOwnerAWSAccountId"] === "string" ? input["QueueOwnerAWSAccountId"] : ctx.account;
      const queue = queues.get(account, ctx.region, stringIn(input, "QueueName"));
      if (queue === undefined) throw noSuchQueue();
      return { QueueUrl: urlOf(queue) };
    }),
    operation("GetQueueAttributes", false, (input, ctx) => ({
      Attributes: queueAttributes(at(input, ctx), listIn(input, "AttributeNames")),
    })),
    operation("SendMessage", true, (input, ctx) => send(at(input, ctx), input), {
      input: { MessageAttributes: attributesShape },
    }),
    operation(
      "SendMessageBatch",
      true,
      (input, ctx) => {
        const queue = at(input, ctx);
        return batch(input, (entry) => send(queue, entry));
      },
      { input: { Entries: batchShape } },
    ),
    operation("ReceiveMessage", true, async (input, ctx) => receive(at(input, ctx), input, ctx)),
    operation("DeleteMessage", true, (input, ctx) => remove(at(input, ctx), input)),
    operation("DeleteMessageBatch", true, (input, ctx) => {
      const queue = at(input, ctx);
      return batch(input, (entry) => remove(queue, entry));
    }),
    operation("ChangeMessageVisibility", true, (input, ctx) => changeVisibility(at(input, ctx), input)),
    operation("ChangeMessageVisibilityBatch", true, (input, ctx) => {
      const queue = at(input, ctx);
      return batch(input, (entry) => changeVisibility(queue, entry));
    }),
  ];
}

/** Finds the queue of `QueueUrl`. Only the path counts, so that any host reaches it. */
function queueOf(queues: Queues, input: JsonObject, ctx: CallContext): Queue {
  const url = stringIn(input, "QueueUrl");
  const [account, name] = url.split("/").slice(-2);
  const queue = queues.get(account ?? "", ctx.region, name ?? "");
  if (queue === undefined) throw noSuchQueue();
  return queue;
}

function noSuchQueue(): AwsError {
  return new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
}

function readSettings(attributes: JsonObject): Partial<QueueSettings> {
  const seconds = (name: string, max: number): number | undefined => {
    if (attributes[name] === undefined) return undefined;
    const value = Number(attributes[name]);
    if (!Number.isInteger(value) || value < 0 || value > max) {
      throw new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
    }
    return value * 1000;
  };
  const visibilityTimeout = seconds("VisibilityTimeout", MAX_VISIBILITY_SECONDS);
  const delay = seconds("DelaySeconds", MAX_DELAY_SECONDS);
  const receiveWait = seconds("ReceiveMessageWaitTimeSeconds", MAX_WAIT_SECONDS);
  const retention = seconds("MessageRetentionPeriod", 1_209_600);
  const redrive = readRedrive(attributes["RedrivePolicy"]);
  return {
    ...(visibilityTimeout === undefined ? {} : { visibilityTimeout }),
    ...(delay === undefined ? {} : { delay }),
    ...(receiveWait === undefined ? {} : { receiveWait }),
    ...(retention === undefined ? {} : { retention }),
    ...(redrive === null ? {} : { redrive }),
  };
}

function readRedrive(policy: Json | undefined): QueueSettings["redrive"] {
  if (typeof policy !== "string" || policy === "") return null;
  const invalid = new AwsError("InvalidAttributeValue", "Invalid value for the parameter RedrivePolicy.");
  let parsed: unknown;
  try {
    parsed = JSON.parse(policy);
  } catch {
    throw invalid;
  }
  if (typeof parsed !== "object" || parsed === null) throw invalid;
  const { deadLetterTargetArn, maxReceiveCount } = parsed as JsonObject;
  const count = Number(maxReceiveCount);
  const name = typeof deadLetterTargetArn === "string" ? deadLetterTargetArn.split(":").at(-1) : undefined;
  if (name === undefined || !Number.isInteger(count) || count < 1 || count > 1000) throw invalid;
  return { maxReceiveCount: count, deadLetterQueue: name };
}

function queueAttributes(queue: Queue, names: readonly Json[]): JsonObject {
  const { settings } = queue;
  const depth = queue.depth();
  const arn = (name: string): string => arnOf({ account: queue.account, name: queue.region }, "sqs", name);
  const all: JsonObject = {
    QueueArn: arn(queue.name),
    ApproximateNumberOfMessages: String(depth.visible),
    ApproximateNumberOfMessagesNotVisible: String(depth.inFlight),
    ApproximateNumberOfMessagesDelayed: String(depth.delayed),
    VisibilityTimeout: String(settings.visibilityTimeout / 1000),
    DelaySeconds: String(settings.delay / 1000),
    ReceiveMessageWaitTimeSeconds: String(settings.receiveWait / 1000),
    MessageRetentionPeriod: String(settings.retention / 1000),
  };
  if (settings.redrive !== null) {
    all["RedrivePolicy"] = JSON.stringify({
      deadLetterTargetArn: arn(settings.redrive.deadLetterQueue),
      maxReceiveCount: settings.redrive.maxReceiveCount,
    });
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes("All") || names.includes(name)));
}

function send(queue: Queue, input: JsonObject): JsonObject {
  const body = stringIn(input, "MessageBody");
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) {
    throw new AwsError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${MAX_BODY_BYTES} bytes.`,
    );
  }
  const attributes = objectIn(input, "MessageAttributes") as { [name: string]: MessageAttribute };
  const delay = integerIn(input, "DelaySeconds", 0, MAX_DELAY_SECONDS);
  const id = queue.send(body, { attributes, ...(delay === undefined ? {} : { delay: delay * 1000 }) });
  return {
    MessageId: id,
    MD5OfMessageBody: md5OfText(body),
    ...(Object.keys(attributes).length === 0 ? {} : { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
  };
}

async function receive(queue: Queue, input: JsonObject, ctx: CallContext): Promise<JsonObject> {
  const max = integerIn(input, "MaxNumberOfMessages", 1, MAX_BATCH) ?? 1;
  const wait = integerIn(input, "WaitTimeSeconds", 0, MAX_WAIT_SECONDS);
  const visibility = integerIn(input, "VisibilityTimeout", 0, MAX_VISIBILITY_SECONDS);
  const messages = await queue.receive({
    max,
    wait: wait === undefined ? queue.settings.receiveWait : wait * 1000,
    ...(visibility === undefined ? {} : { visibilityTimeout: visibility * 1000 }),
    clock: ctx.clock,
    signal: ctx.signal,
  });
  if (messages.length === 0) return {};
  const systemNames = [...listIn(input, "MessageSystemAttributeNames"), ...listIn(input, "AttributeNames")];
  const userNames = listIn(input, "MessageAttributeNames");
  return {
    Messages: messages.map((message) => {
      const system: JsonObject = {
        SenderId: queue.account,
        SentTimestamp: String(Math.round(message.sentAt)),
        ApproximateReceiveCount: String(message.receiveCount),
        ApproximateFirstReceiveTimestamp: String(Math.round(message.firstReceivedAt ?? 0)),
      };
      const asked = Object.entries(system).filter(
        ([name]) => systemNames.includes("All") || systemNames.includes(name),
      );
      const attributes = Object.fromEntries(
        Object.entries(message.attributes).filter(
          ([name]) => userNames.includes("All") || userNames.includes(".*") || userNames.includes(name),
        ),
      );
      return {
        MessageId: message.id,
        ReceiptHandle: message.receiptHandle,
        MD5OfBody: md5OfText(message.body),
        Body: message.body,
        ...(asked.length === 0 ? {} : { Attributes: Object.fromEntries(asked) }),
        ...(Object.keys(attributes).length === 0
          ? {}
          : { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfAttributes(attributes) }),
      };
    }),
  };
}

function remove(queue: Queue, input: JsonObject): JsonObject {
  if (queue.remove(stringIn(input, "ReceiptHandle")) === "invalid") throw invalidHandle();
  return {};
}

function invalidHandle(): AwsError {
  return new AwsError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.");
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
function changeVisibility(queue: Queue, input: JsonObject): JsonObject {
  const seconds = integerIn(input, "VisibilityTimeout", 0, MAX_VISIBILITY_SECONDS);
  if (seconds === undefined) {
    throw new AwsError("MissingParameter", "The request must contain the parameter VisibilityTimeout.");
  }
  const state: HandleState = queue.changeVisibility(stringIn(input, "ReceiptHandle"), seconds * 1000);
  switch (state) {
    case "in-flight":
      return {};
    case "too-long":
      throw new AwsError(
        "InvalidParameterValue",
        `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${MAX_VISIBILITY_SECONDS} seconds].`,
      );
    case "invalid":
      throw invalidHandle();
    case "visible":
    case "stale":
      throw new AwsError("MessageNotInflight", "The specified message isn't in flight.");
    case "gone":
      throw new AwsError(
        "InvalidParameterValue",
        "Value for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.",
      );
  }
}

/** Runs a batch; a failed entry does not affect the others. */
function batch(input: JsonObject, run: (entry: JsonObject) => JsonObject): JsonObject {
  const entries = listIn(input, "Entries").filter(
    (entry): entry is JsonObject => typeof entry === "object" && entry !== null && !Array.isArray(entry),
  );
  const ids = entries.map((entry) => stringIn(entry, "Id"));
  if (entries.length === 0)
    throw new AwsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > MAX_BATCH) {
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${MAX_BATCH}. You have sent ${entries.length}.`,
    );
  }
  if (new Set(ids).size !== ids.length)
    throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.");
  const successful: JsonObject[] = [];
  const failed: JsonObject[] = [];
  for (const entry of entries) {
    const Id = stringIn(entry, "Id");
    try {
      successful.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Id, Code: error.code, Message: error.message, SenderFault: error.status < 500 });
    }
  }
  return { Successful: successful, Failed: failed };
}
