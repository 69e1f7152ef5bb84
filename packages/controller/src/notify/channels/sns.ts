import { createHash } from "node:crypto";
import { z } from "zod";
import type { SnsMessage } from "../../aws/calls/sns.ts";
import { AwsFailure } from "../../aws/failure.ts";
import { abortable } from "../../http/abortable.ts";
import type { AlertModel, Channel, SendResult } from "../alert.ts";
import type { ChannelDeps, ChannelFactory } from "./channel.ts";
import { renderText } from "../render/text.ts";
import { ofAws, withoutId } from "./support/result.ts";
import { SEND_WITHIN } from "../outbox/outbox.ts";

export interface SnsOptions {
  readonly type: "sns";
  readonly topicArn: string;
}

/**
 * Default size limit of a topic, for message and attributes together. Its `MaximumMessageSize` may be smaller, down to
 * 1 KiB; a larger message fails with `InvalidParameter`:
 * https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html
 */
const DEFAULT_SIZE = 256 * 1024;
/** Size of attributes: about 150 bytes of names, types and values. */
const ATTRIBUTES = 256;
/** ASCII, no line breaks, less than 100 characters (same page). */
const LONGEST_SUBJECT = 99;
const MOST_MEMBERS = 200;

const topic = /^arn:aws[a-z-]*:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}(\.fifo)?$/;

/** Sends one message to an SNS topic, as text with attributes for filters. FIFO topics drop repetitions. */
export const snsChannel: ChannelFactory<z.ZodType<SnsOptions>> = {
  options: z.strictObject({
    type: z.literal("sns"),
    topicArn: z.string().regex(topic, "wants the ARN of an SNS topic: arn:aws:sns:<region>:<account>:<name>"),
  }),
  create({ topicArn }: SnsOptions, { clock, sns }: ChannelDeps): Channel {
    const region = topic.exec(topicArn)?.[1] ?? "";
    let takes = DEFAULT_SIZE;
    return {
      updates: "material",
      pace: null,
      async send(model, _previous, signal) {
        const ask = { purpose: "act", deadline: clock.now() + SEND_WITHIN } as const;
        const at = { account: null, region };
        const publish = async (): Promise<SendResult> => {
          const message = snsMessage(model, topicArn.endsWith(".fifo"), takes);
          const { messageId: id } = await abortable(sns.publish(at, topicArn, message, ask), signal);
          return id === null ? withoutId("sns:Publish", "MessageId") : { is: "sent", receipt: { messageId: id } };
        };
        try {
          return await publish().catch(async (error: unknown) => {
            if (!(error instanceof AwsFailure) || error.fields.awsCode !== "InvalidParameter") throw error;
            // The topic may have a smaller size limit: read it, and try again.
            const size = await abortable(sns.maximumMessageSize(at, topicArn, ask), signal);
            if (size === null || size >= takes) throw error;
            takes = size;
            return publish();
          });
        } catch (error) {
          if (signal.aborted) return { is: "retry", reason: "sns:Publish did not answer in time", after: null };
          return ofAws(error, clock.now());
        }
      },
    };
  },
};

/**
 * Makes the message to publish. Pure.
 *
 * @param takes size limit of the topic in bytes, including attributes
 */
export function snsMessage(model: AlertModel, fifo: boolean, takes: number = DEFAULT_SIZE): SnsMessage {
  const { account, region } = model.group;
  const attributes = {
    severity: model.severity,
    phase: model.phase,
    storm: String(model.storm),
    ...(account === null ? {} : { account }),
    ...(region === null ? {} : { region }),
  };
  return {
    subject: subjectOf(model),
    body: renderText(model, { mostMembers: MOST_MEMBERS, mostBytes: takes - ATTRIBUTES }).join("\n"),
    attributes,
    deduplicationId: fifo ? model.id : null,
    // Messages of one alert stay in order; others may overtake them.
    groupId: fifo ? createHash("sha256").update(model.key).digest("hex") : null,
  };
}

function subjectOf({ severity, phase, headline }: AlertModel): string {
  const end = phase === "outcome" ? "ENDED" : severity.toUpperCase();
  const ascii = `[${end}] ${headline}`.replace(/[^\x20-\x7E]/gu, "?");
  return ascii.length <= LONGEST_SUBJECT ? ascii : `${ascii.slice(0, LONGEST_SUBJECT - 3)}...`;
}
