import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertModel, Channel, SendResult } from "../../../src/notify/alert.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import type { Plain } from "../../../src/model/plain.ts";
import { testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { documented, samplesIn } from "../support/documented.ts";
import { impact, many, model, T0, told } from "../support/samples.ts";
import { type Discord, startDiscord } from "../support/services/discord.ts";

const URL = "${env:DISCORD_WEBHOOK}";

const channelOf = (discord: Discord): Channel =>
  channels.discord.create(
    { type: "discord", url: URL, allow: ["127.0.0.1"] },
    depsOf({ secret: (reference) => Promise.resolve(reference === URL ? discord.hookUrl : null) }),
  );

testChannel("discord", async () => {
  const discord = await startDiscord();
  return {
    channel: channelOf(discord),
    received: () => discord.received.map(({ body }) => body),
    answer: (how) => discord.answer(how),
    secrets: ["s3cr3t"],
    mostBytes: 26_000,
    async close() {
      await discord.close();
      expect(discord.problems).toEqual([]);
    },
  };
});

describe("discord", () => {
  let discord: Discord;
  beforeEach(async () => {
    discord = await startDiscord();
  });
  afterEach(async () => {
    await discord.close();
    expect(discord.problems).toEqual([]);
  });

  const send = (about: AlertModel, previous: Plain = null): Promise<SendResult> =>
    channelOf(discord).send(about, previous, AbortSignal.timeout(5_000));
  const receipt = model([told("i-1")]);
  const receiptOf = (result: SendResult): Plain => (result.is === "sent" ? result.receipt : null);

  test("an alert is one message, edited until the end", async () => {
    const updated: AlertModel = { ...model(many(2)), phase: "update" };
    const ended = model([told("i-1", { body: { outcome: "drained", drainedAt: T0 + 79_000 } })]);
    let previous: Plain = null;
    for (const about of [receipt, updated, ended]) previous = receiptOf(await send(about, previous));
    expect(discord.messages.size).toBe(1);
    const [versions] = discord.messages.values();
    expect(versions).toHaveLength(3);
    expect(versions?.[2]).toContain("drained, 41 s to spare");
    expect(discord.received.map(({ method }) => method)).toEqual(["POST", "PATCH", "PATCH"]);
  });

  test("a message that was deleted is posted anew", async () => {
    const first = receiptOf(await send(receipt));
    discord.messages.clear();
    const second = await send(receipt, { id: "1198000000000000099" });
    expect(second).toMatchObject({ is: "sent", receipt: { id: expect.stringMatching(/^\d+$/) } });
    expect(discord.received.map(({ method }) => method)).toEqual(["POST", "PATCH", "POST"]);
    expect(first).not.toBeNull();
  });

  test.each([
    [400, 50_083, "its thread was archived"],
    [403, 50_005, "its webhook was replaced"],
  ])("a message that cannot be edited (%i, %i: %s) is followed by another", async (status, code) => {
    const first = receiptOf(await send(receipt));
    discord.failNextEdit(status, code);
    const news = await send({ ...model(many(2)), phase: "update" }, first);
    expect(news).toMatchObject({ is: "sent", receipt: { id: expect.stringMatching(/^\d+$/) } });
    expect(receiptOf(news)).not.toEqual(first);
    expect(discord.messages.size).toBe(2);
  });

  test("stays in the thread that its url names, also after it was archived", async () => {
    const threaded = channels.discord.create(
      { type: "discord", url: URL, allow: ["127.0.0.1"] },
      depsOf({ secret: () => Promise.resolve(`${discord.hookUrl}?thread_id=1198`) }),
    );
    const first = receiptOf(await threaded.send(receipt, null, AbortSignal.timeout(5_000)));
    discord.failNextEdit(400, 50_083);
    expect(await threaded.send(receipt, first, AbortSignal.timeout(5_000))).toMatchObject({ is: "sent" });
    expect(discord.received.map(({ path }) => path.includes("thread_id=1198"))).toEqual([true, true, true]);
  });

  test("a receipt that is none cannot lead anywhere else", async () => {
    await send(receipt, { id: "../../elsewhere" });
    expect(discord.received.map(({ method }) => method)).toEqual(["POST"]);
  });

  test.each([
    [401, 50_027, { is: "refused", because: "credentials" }],
    [404, 10_015, { is: "refused", because: "credentials", reason: "answered 404: there is no such webhook any more" }],
    [404, 10_003, { is: "refused", because: "request" }],
    [400, 50_035, { is: "refused", because: "request" }],
    [429, 0, { is: "retry", after: 65_000 }],
    [500, 0, { is: "retry" }],
  ])("%i with code %i", async (status, code, expected) => {
    discord.reply(status, { "retry-after": "65" }, JSON.stringify({ code, message: "s3cr3t-token" }));
    expect(await send(receipt)).toMatchObject(expected);
  });

  test("an answer without a body is a message that cannot be edited", async () => {
    discord.reply(204, {}, "");
    expect(await send(receipt)).toEqual({ is: "sent", receipt: null });
  });

  test("hostile names are escaped, and nobody is mentioned", async () => {
    const name = "@everyone <@1> [x](https://evil) **b** `c` ||d|| :e: <t:0>";
    await send(model([told("i-1", { name, facts: { impact: [impact({ service: name })] } })]));
    const [{ body } = { body: "" }] = discord.received;
    const { content, embeds } = JSON.parse(body) as { content: string; embeds: [{ description: string }] };
    for (const text of [content, embeds[0].description])
      expect(text).toContain(
        String.raw`\@everyone \<\@1\> \[x\](https\://evil) \*\*b\*\* \`c\` \|\|d\|\| \:e: \<t\:0\>`,
      );
    expect(body).toContain('"allowed_mentions":{"parse":[]}');
  });

  test("its page shows what arrives", async () => {
    await send(documented);
    expect(samplesIn("discord.md")).toEqual(discord.received.map(({ body }) => JSON.parse(body) as unknown));
  });

  test("its options say what is wrong", () => {
    const parsed = channels.discord.options.safeParse({ type: "discord", url: "s3cr3t" });
    expect(parsed.error?.message).toContain("wants a URL");
    expect(parsed.error?.message).not.toContain("s3cr3t");
  });
});
