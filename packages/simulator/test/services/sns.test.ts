import { PublishCommand } from "@aws-sdk/client-sns";
import type { PublishCommandInput } from "@aws-sdk/client-sns";
import { expect, test } from "vitest";

import { bench, connect, START } from "../wire/support.ts";

const TOPIC = "arn:aws:sns:eu-west-1:111122223333:alerts";

test.each<[string, PublishCommandInput, string]>([
  ["an ARN that is none", { TopicArn: "alerts", Message: "m" }, "InvalidParameterException"],
  ["a subject of two lines", { TopicArn: TOPIC, Message: "m", Subject: "a\nb" }, "InvalidParameterException"],
  ["a subject too long", { TopicArn: TOPIC, Message: "m", Subject: "a".repeat(101) }, "InvalidParameterException"],
  ["a message too long", { TopicArn: TOPIC, Message: "é".repeat(131_073) }, "InvalidParameterException"],
  ["no group for a FIFO topic", { TopicArn: `${TOPIC}.fifo`, Message: "m" }, "InvalidParameterException"],
])("%s is refused", async (_name, input, code) => {
  const setup = bench([]);
  const { run, sns } = await connect("in the process", setup);
  await expect(run(sns.send(new PublishCommand(input)))).rejects.toMatchObject({ name: code });
  expect(setup.simulator.topics.published()).toEqual([]);
});

test("a FIFO topic takes a deduplication id once in five minutes, and answers with the first message's id", async () => {
  const setup = bench([]);
  const { run, sns } = await connect("in the process", setup);
  const publish = async (at: number): Promise<string | undefined> => {
    await setup.clock.runUntil(START + at);
    const input = { TopicArn: `${TOPIC}.fifo`, Message: "m", MessageGroupId: "g", MessageDeduplicationId: "d" };
    return (await run(sns.send(new PublishCommand(input)))).MessageId;
  };
  const first = await publish(0);
  expect(await publish(299_999)).toBe(first);
  expect(await publish(300_000)).not.toBe(first);
  expect(setup.simulator.topics.published().map(({ at }) => at - START)).toEqual([0, 300_000]);
});
