import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertModel, Channel } from "../../../src/notify/alert.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import { testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { documented, samplesIn } from "../support/documented.ts";
import { impact, many, model, T0, told } from "../support/samples.ts";
import { type GoogleChat, startGoogleChat } from "../support/services/google-chat.ts";

const URL = "${env:CHAT_WEBHOOK}";

const channelOf = (chat: GoogleChat): Channel =>
  channels["google-chat"].create(
    { type: "google-chat", url: URL, allow: ["127.0.0.1"] },
    depsOf({ secret: (reference) => Promise.resolve(reference === URL ? chat.hookUrl : null) }),
  );

testChannel("google-chat", async () => {
  const chat = await startGoogleChat();
  return {
    channel: channelOf(chat),
    received: () => chat.received.map(({ body }) => body),
    answer: (how) => chat.answer(how),
    secrets: ["s3cr3t"],
    mostBytes: 32_000,
    async close() {
      await chat.close();
      expect(chat.problems).toEqual([]);
    },
  };
});

describe("google-chat", () => {
  let chat: GoogleChat;
  beforeEach(async () => {
    chat = await startGoogleChat();
  });
  afterEach(async () => {
    await chat.close();
    expect(chat.problems).toEqual([]);
  });

  const send = (about: AlertModel): ReturnType<Channel["send"]> =>
    channelOf(chat).send(about, null, AbortSignal.timeout(5_000));
  const receipt = model([told("i-1")]);

  test("all news of an alert is in one thread, and another alert's in another", async () => {
    await send(receipt);
    await send({ ...model(many(2)), phase: "update" });
    await send(model([told("i-1", { body: { outcome: "drained", drainedAt: T0 + 79_000 } })]));
    await send({ ...receipt, generation: 2, recordId: "2".repeat(32), id: receipt.id.replaceAll(/./g, "c") });
    expect([...chat.threads].map(([key, messages]) => [key, messages.length])).toEqual([
      [`spotkeeper-${receipt.recordId}`, 3],
      [`spotkeeper-${"2".repeat(32)}`, 1],
    ]);
  });

  test("a message that is repeated after a crash stands there once", async () => {
    const [first, second] = [await send(receipt), await send(receipt)];
    expect(second).toEqual(first);
    expect([...chat.threads.values()].flat()).toHaveLength(1);
    // The same content again, as `repeatEvery` sends it, is another message.
    await send({ ...receipt, phase: "update", id: receipt.id.replaceAll(/./g, "b") });
    expect([...chat.threads.values()].flat()).toHaveLength(2);
  });

  test.each([
    [400, '{"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}}', { is: "refused", because: "credentials" }],
    [400, '{"error":{"code":400,"status":"INVALID_ARGUMENT"}}', { is: "refused", because: "request" }],
    [403, '{"error":{"code":403,"status":"PERMISSION_DENIED"}}', { is: "refused", because: "credentials" }],
    [404, '{"error":{"code":404,"status":"NOT_FOUND"}}', { is: "refused", because: "request" }],
    [429, '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}', { is: "retry", after: null }],
    [503, "", { is: "retry" }],
  ])("%i %s", async (status, body, expected) => {
    chat.reply(status, {}, body);
    expect(await send(receipt)).toMatchObject(expected);
  });

  test("hostile names are text, and many lines are folded up", async () => {
    const name = `<users/all> <a href="https://evil">x</a> &lt;`;
    await send(model(many(9, { name, facts: { impact: [impact({ service: name })] } })));
    const [{ body } = { body: "" }] = chat.received;
    expect(body).toContain("&lt;users/all&gt; &lt;a href=");
    expect(body).toContain('"header":"Incidents","collapsible":true');
    expect(body).not.toMatch(/<a |<users/);
  });

  test("a URL that is none is told as such, without being shown", async () => {
    const channel = channels["google-chat"].create(
      { type: "google-chat", url: URL },
      depsOf({ secret: () => Promise.resolve("s3cr3t and no URL") }),
    );
    expect(await channel.send(receipt, null, AbortSignal.timeout(5_000))).toEqual({
      is: "refused",
      because: "request",
      reason: "its url is not a URL",
    });
  });

  test("one message a second, each a new one", () => {
    expect(channelOf(chat)).toMatchObject({ updates: "material", pace: { every: 1_000, burst: 1 } });
  });

  test("its page shows what arrives", async () => {
    await send(documented);
    expect(samplesIn("google-chat.md")).toEqual(chat.received.map(({ body }) => JSON.parse(body) as unknown));
  });

  test("its options say what is wrong", () => {
    const parsed = channels["google-chat"].options.safeParse({ type: "google-chat", url: "s3cr3t" });
    expect(parsed.error?.message).toContain("wants a URL");
    expect(parsed.error?.message).not.toContain("s3cr3t");
  });
});
