import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertModel, Channel, SendResult } from "../../../src/notify/alert.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import type { SlackOptions } from "../../../src/notify/channels/slack/channel.ts";
import type { Plain } from "../../../src/model/plain.ts";
import { assertLeaksNoSecret, testChannel } from "../channel-contract.ts";
import { documented, samplesIn } from "../support/documented.ts";
import { depsOf } from "../support/deps.ts";
import type { Received } from "../support/receiver.ts";
import { impact, many, model, T0, told } from "../support/samples.ts";
import { type Slack, startSlack } from "../support/services/slack.ts";

const HOOK = "${env:SLACK_WEBHOOK}";
const TOKEN = "${env:SLACK_TOKEN}";

function channelOf(slack: Slack, by: "hook" | "bot", more: Partial<SlackOptions> = {}): Channel {
  const secrets: { readonly [reference: string]: string } = { [HOOK]: slack.hookUrl, [TOKEN]: slack.token };
  const secret = (reference: string | null): Promise<string | null> =>
    Promise.resolve(secrets[reference ?? ""] ?? null);
  const way: Partial<SlackOptions> =
    by === "hook" ? { url: HOOK } : { token: TOKEN, channel: "#alerts", api: `${slack.url}/api/` };
  return channels.slack.create({ type: "slack", ...way, allow: ["127.0.0.1"], ...more }, depsOf({ secret }));
}

/** A send's message and the reply in its thread are one piece of news. */
function news(received: readonly Received[]): string[] {
  const texts: string[] = [];
  for (const { body } of received) {
    if (body.includes('"text":"Details"')) texts.push(`${texts.pop()}\n${body}`);
    else texts.push(body);
  }
  return texts;
}

for (const by of ["hook", "bot"] as const)
  testChannel(`slack by ${by}`, async () => {
    const slack = await startSlack();
    return {
      channel: channelOf(slack, by),
      received: () => news(slack.received),
      answer: (how) => slack.answer(how),
      secrets: [slack.token, "s3cr3t"],
      mostBytes: by === "hook" ? 16_000 : 30_000,
      async close() {
        await slack.close();
        expect(slack.problems).toEqual([]);
      },
    };
  });

const receipt = model([told("i-0abc", { facts: { impact: [impact()] } })]);
const growing: AlertModel = { ...model(many(3, { facts: { impact: [impact()] } })), phase: "update" };
const ended = model([told("i-0abc", { body: { outcome: "drained", drainedAt: T0 + 79_000 } })]);

describe("slack, one message that lives", () => {
  let slack: Slack;
  let bot: Channel;
  beforeEach(async () => {
    slack = await startSlack();
    bot = channelOf(slack, "bot");
  });
  afterEach(async () => {
    await slack.close();
    expect(slack.problems).toEqual([]);
  });

  const send = (about: AlertModel, previous: Plain = null): Promise<SendResult> =>
    bot.send(about, previous, AbortSignal.timeout(5_000));
  const receiptOf = (result: SendResult): Plain => {
    if (result.is !== "sent") throw new Error(`not sent: ${result.reason}`);
    return result.receipt;
  };
  const calls = (): string[] => slack.received.map(({ path }) => path.replace("/api/", ""));

  test("is posted once, with details in its thread, and both are edited until the end", async () => {
    let previous: Plain = null;
    for (const about of [receipt, growing, ended]) previous = receiptOf(await send(about, previous));
    expect(JSON.stringify(previous).length).toBeLessThan(300);
    const [main, details] = [...slack.posts.values()];
    expect(slack.posts.size).toBe(2);
    expect(main).toMatchObject({ thread: null, versions: { length: 3 } });
    expect(details).toMatchObject({ thread: [...slack.posts.keys()][0], versions: { length: 3 } });
    expect(main?.versions[1]).toContain("3 of m5.large in eu-west-1b are reclaimed");
    expect(main?.versions[2]).toContain("drained, 41 s to spare");
    expect(details?.versions[1]).toContain("i-00000000000000002");
    expect(main?.versions.join()).not.toContain('"rich_text_preformatted"');
  });

  test.each(["message_not_found", "edit_window_closed", "cant_update_message", "is_archived", "channel_not_found"])(
    "is posted anew, with its details, when it was lost: %s",
    async (error) => {
      const first = receiptOf(await send(receipt));
      slack.failNext("chat.update", error);
      const second = receiptOf(await send(growing, first));
      expect(second).not.toEqual(first);
      expect(calls().slice(2)).toEqual(["chat.update", "chat.postMessage", "chat.postMessage"]);
    },
  );

  test("is not posted twice when its details fail; they come with the next send", async () => {
    slack.failNext("chat.postMessage", null, "internal_error");
    const first = receiptOf(await send(receipt));
    expect(first).toMatchObject({ details: null });
    const second = receiptOf(await send(growing, first));
    expect(second).toMatchObject({ details: expect.stringMatching(/^\d/) });
    expect([...slack.posts.values()].map(({ thread, versions }) => [thread === null, versions.length])).toEqual([
      [true, 2],
      [false, 1],
    ]);
  });

  test("is edited again when editing its details failed for now, and kept when they were refused", async () => {
    const first = receiptOf(await send(receipt)) as { readonly ts: string };
    slack.failNext("chat.update", null, "internal_error");
    expect(await send(growing, first)).toMatchObject({ is: "retry", reason: "answered internal_error" });
    slack.failNext("chat.update", null, "restricted_action_thread_locked");
    expect(await send(growing, first)).toEqual({ is: "sent", receipt: { ...first, details: null } });
    expect(slack.posts.size).toBe(2);
  });

  test("gets a new reply when the old one was deleted", async () => {
    const first = receiptOf(await send(receipt)) as { readonly ts: string; readonly details: string };
    slack.failNext("chat.update", null, "message_not_found");
    const second = receiptOf(await send(growing, first)) as typeof first;
    expect(second.ts).toBe(first.ts);
    expect(second.details).not.toBe(first.details);
  });

  test("a receipt that it does not know is as good as none", async () => {
    expect(receiptOf(await send(receipt, { id: "of another channel" }))).toMatchObject({ channel: "C0123456789" });
  });

  test.each([
    ["invalid_auth", { is: "refused", because: "credentials", reason: "answered invalid_auth" }],
    ["token_revoked", { is: "refused", because: "credentials" }],
    [
      "missing_scope",
      { because: "credentials", reason: "answered missing_scope; its token needs the scope chat:write" },
    ],
    ["not_in_channel", { because: "request", reason: "answered not_in_channel; invite the app to the channel" }],
    ["is_archived", { is: "refused", because: "request" }],
    ["msg_blocks_too_long", { is: "refused", because: "request" }],
    ["ratelimited", { is: "retry" }],
    ["internal_error", { is: "retry" }],
    ["xoxb-s3cr3t-bot-token", { is: "refused", reason: "answered an unknown error" }],
  ])("%s", async (error, expected) => {
    slack.failNext("chat.postMessage", error);
    const result = await send(receipt);
    expect(result).toMatchObject(expected);
    assertLeaksNoSecret(result, [slack.token]);
  });

  test("an answer that does not say ok is no success", async () => {
    slack.reply(200, {}, "<html>a proxy's page</html>");
    expect(await send(receipt)).toMatchObject({
      is: "retry",
      reason: expect.stringContaining("a page (“a proxy's page”) instead of Slack's JSON with ok"),
    });
  });

  test("a token that stands for nothing is told as such", async () => {
    const missing = channelOf(slack, "bot", { token: "${env:NOWHERE}" });
    expect(await missing.send(receipt, null, AbortSignal.timeout(5_000))).toMatchObject({
      is: "refused",
      because: "credentials",
      reason: "its token is not set",
    });
    expect(slack.received).toEqual([]);
  });

  test("hostile names are text and nothing else", async () => {
    const name = "<!here> <@U123> <https://evil|x> :skull: *b* `c` @channel";
    await send(model([told("i-1", { name, facts: { impact: [impact({ service: name })] } })]));
    const elements = slack.received.flatMap(({ body }) => body.match(/"type":"\w+"/g) ?? []);
    expect(new Set(elements)).toEqual(
      new Set(
        ["rich_text", "rich_text_section", "rich_text_list", "rich_text_preformatted", "text", "emoji"].map(
          (one) => `"type":"${one}"`,
        ),
      ),
    );
    const { text } = JSON.parse(slack.received[0]?.body ?? "") as { readonly text: string };
    expect(text).toContain("&lt;!here&gt; &lt;@U123&gt;");
  });
});

describe("slack, by an incoming webhook", () => {
  let slack: Slack;
  beforeEach(async () => {
    slack = await startSlack();
  });
  afterEach(() => slack.close());

  test.each([
    [403, "invalid_token", { is: "refused", because: "credentials" }],
    [404, "no_service", { is: "refused", because: "credentials", reason: expect.stringContaining("new webhook") }],
    [
      403,
      "action_prohibited",
      {
        ...{ is: "refused", because: "request" },
        reason: "answered 403 (action_prohibited); an administrator of the workspace restricts who may post there",
      },
    ],
    [
      410,
      "channel_is_archived",
      { is: "refused", because: "request", reason: expect.stringContaining("restore the channel") },
    ],
    [400, "invalid_payload", { is: "refused", because: "request" }],
    [400, "s3cr3tHookPath", { is: "refused", reason: "answered 400" }],
    [500, "rollup_error", { is: "retry" }],
  ])("%i %s", async (status, word, expected) => {
    slack.reply(status, {}, word);
    const result = await channelOf(slack, "hook").send(receipt, null, AbortSignal.timeout(5_000));
    expect(result).toMatchObject(expected);
    assertLeaksNoSecret(result, ["s3cr3t"]);
  });

  test("each update is a message, and holds everything", async () => {
    const hook = channelOf(slack, "hook");
    expect(hook.updates).toBe("material");
    await hook.send({ ...growing, link: "https://spot.example.com/x" }, null, AbortSignal.timeout(5_000));
    const [{ body } = { body: "" }] = slack.received;
    for (const part of ["At stake", "Please", "Services", "Incidents", "https://spot.example.com/x"])
      expect(body).toContain(part);
    expect(slack.problems).toEqual([]);
  });
});

test("the page of slack shows what arrives", async () => {
  const slack = await startSlack();
  await channelOf(slack, "bot").send(documented, null, AbortSignal.timeout(5_000));
  await slack.close();
  const blocks = slack.received.map(({ body }) => (JSON.parse(body) as { readonly blocks: unknown }).blocks);
  expect(samplesIn("slack.md")).toEqual(blocks);
});

describe("slack's options", () => {
  test.each<[object, string | null]>([
    [{ url: "https://hooks.slack.com/services/x" }, null],
    [{ token: TOKEN, channel: "C0123456789" }, null],
    [{}, "wants either url"],
    [{ url: "https://hooks.slack.com/services/x", token: TOKEN, channel: "C0123456789" }, "wants either url"],
    [{ token: TOKEN }, "wants either url"],
    [{ token: "xoxb-in-the-clear", channel: "C0123456789" }, "never the secret itself"],
    [{ token: TOKEN, channel: "two words" }, "wants the id"],
    [{ token: TOKEN, channel: "C0123456789", api: "nowhere" }, "api"],
  ])("%j", (options, message) => {
    const { error } = channels.slack.options.safeParse({ type: "slack", ...options });
    if (message === null) expect(error).toBeUndefined();
    else expect(error?.message).toContain(message);
    expect(error?.message ?? "").not.toContain("in-the-clear");
  });
});
