import { GetTopicAttributesCommand, PublishCommand } from "@aws-sdk/client-sns";
import type { SnsCalls, SnsMessage } from "../calls/sns.ts";
import { limits } from "../limits.ts";
import { type ServiceDeps, single } from "./service.ts";

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function createSns({ lanes, clients }: ServiceDeps): SnsCalls {
  const publish = single<{ readonly topicArn: string; readonly message: SnsMessage }, { messageId: string | null }>(
    { service: "sns", name: "Publish", limit: limits.snsPublish, share: "never" },
    async ({ topicArn, message }, at, abortSignal) => {
      const { subject, body, attributes, deduplicationId, groupId } = message;
      const command = new PublishCommand({
        TopicArn: topicArn,
        Message: body,
        ...(subject === null ? {} : { Subject: subject }),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
        ),
        ...(deduplicationId === null ? {} : { MessageDeduplicationId: deduplicationId }),
        ...(groupId === null ? {} : { MessageGroupId: groupId }),
      });
      const answer = await clients.sns(at).send(command, { abortSignal });
      return { messageId: answer.MessageId ?? null };
    },
  );

  // https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
  const size = single<string, number | null>(
    { service: "sns", name: "GetTopicAttributes", limit: limits.snsRead, share: "in-flight" },
    async (topicArn, at, abortSignal) => {
      const answer = await clients.sns(at).send(new GetTopicAttributesCommand({ TopicArn: topicArn }), { abortSignal });
      const said = Number(answer.Attributes?.["MaximumMessageSize"] ?? Number.NaN);
      return Number.isInteger(said) && said > 0 ? said : null;
    },
  );

  return {
    publish: (at, topicArn, message, ask) => lanes.ask(at, publish, "", { topicArn, message }, ask),
    maximumMessageSize: (at, topicArn, ask) => lanes.ask(at, size, "", topicArn, ask),
  };
}
