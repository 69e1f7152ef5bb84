import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { channels } from "../../../src/notify/channels/index.ts";
import { signature, type WebhookOptions } from "../../../src/notify/channels/webhook.ts";
import type { AlertJson } from "../../../src/notify/render/json.ts";
import { testClock } from "../../enrich/support/clock.ts";
import { assertLeaksNoSecret, testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { impact, many, model, T0, told } from "../support/samples.ts";

const KEY = "the-signing-key";
const SECRET_PATH = "/hooks/s3cr3t-t0ken?token=al50-s3cr3t";

/** Secrets as a real resolver answers them. */
const secret = (values: { readonly [reference: string]: string }) => (reference: string | null) =>
  Promise.resolve(reference === null ? null : (values[reference] ?? null));

testChannel("webhook", async () => {
  const receiver = await startReceiver();
  const values = { "${env:HOOK}": `${receiver.url}${SECRET_PATH}`, "${env:KEY}": KEY };
  const options = { type: "webhook", url: "${env:HOOK}", secret: "${env:KEY}", allow: ["127.0.0.1"] } as const;
  return {
    channel: channels.webhook.create(options, depsOf({ clock: testClock(T0), secret: secret(values) })),
    received: () => receiver.received.map(({ body }) => body),
    answer: (how) => receiver.answer(how),
    secrets: [KEY, "s3cr3t"],
    mostBytes: 256 * 1024,
    close: () => receiver.close(),
  };
});

describe("webhook", () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  const about = model([told("i-1", { facts: { impact: [impact()] } })]);
  const options = (more: Partial<WebhookOptions> = {}): WebhookOptions => ({
    type: "webhook",
    url: `${receiver.url}/hook`,
    allow: ["127.0.0.1"],
    ...more,
  });
  const send = (
    more: Partial<WebhookOptions> = {},
    values = {},
  ): ReturnType<ReturnType<typeof channels.webhook.create>["send"]> =>
    channels.webhook
      .create(options(more), depsOf({ clock: testClock(T0 + 999), secret: secret(values) }))
      .send(about, null, AbortSignal.timeout(5_000));

  test("posts the documented JSON", async () => {
    await send();
    const [one] = receiver.received;
    expect(one).toMatchObject({ method: "POST", path: "/hook", headers: { "content-type": "application/json" } });
    const body = JSON.parse(one?.body ?? "") as AlertJson;
    expect(body).toMatchObject({
      schema: "spotkeeper.alert/1",
      id: one?.headers["idempotency-key"],
      sentAt: "2026-01-01T00:00:00.999Z",
      alert: "alert#111122223333/eu-west-1/cluster:prod",
      generation: 1,
      phase: "receipt",
      severity: "critical",
      headline: about.headline,
      stakes: ["checkout keeps 1 of 4 tasks, below its minimum of 2"],
      openedAt: "2026-01-01T00:00:00.000Z",
      earliestDeadline: "2026-01-01T00:02:00.000Z",
      memberCount: 1,
      membersOmitted: 0,
      members: [{ subject: "i-1", type: "m5.large", deadline: "2026-01-01T00:02:00.000Z", outcome: null }],
      impact: [{ service: "checkout", survives: 1 }],
    });
  });

  test("repetitions of one message have one id, and news another", async () => {
    await send();
    await send();
    const channel = channels.webhook.create(options(), depsOf({ clock: testClock(T0) }));
    await channel.send(model(many(2)), null, AbortSignal.timeout(5_000));
    const ids = receiver.received.map(({ headers }) => headers["idempotency-key"]);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test("signs time and body, as receivers check it", async () => {
    await send({ secret: "${env:KEY}" }, { "${env:KEY}": KEY });
    const [one] = receiver.received;
    const expected = createHmac("sha256", KEY)
      .update(`${T0 / 1_000}.${one?.body}`)
      .digest("hex");
    expect(one?.headers["x-spotkeeper-signature"]).toBe(`t=${T0 / 1_000},v1=${expected}`);
    expect(signature("key", 1, "{}")).toBe("t=1,v1=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224");
  });

  test("is unsigned only where no secret is configured, never for want of its value", async () => {
    expect(await send()).toMatchObject({ is: "sent" });
    expect(receiver.received[0]?.headers["x-spotkeeper-signature"]).toBeUndefined();
    expect(await send({ secret: "${env:KEY}" })).toMatchObject({ is: "refused", reason: "its secret is not set" });
    expect(await send({ url: "${env:HOOK}" })).toMatchObject({ is: "refused", reason: "its url is not set" });
    expect(receiver.received).toHaveLength(1);
  });

  test("has a body of the user's own, with names as JSON", async () => {
    const body = '{"text": {{ headline | json }}, "who": [{% for one in members %}{{ one.name | json }}{% endfor %}]}';
    const channel = channels.webhook.create(options({ body }), depsOf({ clock: testClock(T0) }));
    await channel.send(model([told("i-1", { name: 'a"b' })]), null, AbortSignal.timeout(5_000));
    expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({ who: ['a"b'] });
    await send({ body: "{{ headline }}", contentType: "text/plain" });
    expect(receiver.received[1]).toMatchObject({ body: about.headline, headers: { "content-type": "text/plain" } });
  });

  describe("a body that fails all the same", () => {
    const failing = { ...about, ask: [] };
    const post = (body: string, more: Partial<WebhookOptions> = {}): ReturnType<typeof send> =>
      channels.webhook
        .create(options({ body, ...more }), depsOf({ clock: testClock(T0) }))
        .send(failing, null, AbortSignal.timeout(5_000));

    test.each([
      ['{"text":\n{{ ask[0] | json }}}', {}, "body: undefined variable: ask.0, line:2"],
      ['{"text": "{{ stakes[0] }}\n"}', {}, "body: it made no JSON"],
      ["{{ ask[0] }}", { contentType: "text/plain" }, "body: undefined variable: ask.0, line:1"],
    ])("loses no alert: the JSON is sent instead, and asks to mend it: %s", async (body, more, fault) => {
      expect(await post(body, more)).toMatchObject({ is: "sent" });
      const [one] = receiver.received;
      expect(one?.headers["content-type"]).toBe("application/json");
      const sent = JSON.parse(one?.body ?? "") as AlertJson;
      expect(sent).toMatchObject({ schema: "spotkeeper.alert/1", headline: about.headline });
      expect(sent.ask).toEqual([expect.stringContaining(`mend this channel's template ${fault}`)]);
    });

    test("if the receiver does not take the JSON, the reason names the template", async () => {
      receiver.reply(400, {});
      expect(await post("{{ ask[0] | json }}")).toMatchObject({
        is: "refused",
        reason: expect.stringMatching(/^answered 400; mend its template body: undefined variable: ask\.0, line:1/),
      });
    });
  });

  test("follows no redirect", async () => {
    receiver.reply(307, { location: `${receiver.url}/elsewhere` });
    expect(await send()).toMatchObject({ is: "refused", reason: "answered 307; redirects are not followed" });
    expect(receiver.received.map(({ path }) => path)).toEqual(["/hook"]);
  });

  test("calls no address of ours that nobody allowed, and does not say the rest of the url", async () => {
    const result = await send({ allow: [], url: `https://127.0.0.1:${receiver.port}${SECRET_PATH}` });
    expect(result).toMatchObject({
      is: "refused",
      reason: expect.stringContaining("127.0.0.1 is not a public address"),
    });
    assertLeaksNoSecret(result, ["s3cr3t"]);
    expect(receiver.received).toEqual([]);
  });

  test.each([
    '{"who": "{{ members[0].name }}"}',
    '{"where": "{{ group.region }}"}',
    '{"what": "{{ missing | join }}"}',
    '{"service": "{% for one in impact %}{{ one.service }}{% endfor %}"}',
    '{"left": {{ earliestDeadline }}}',
    '{"over": {% if phase == "outcome" %}yes{% else %}false{% endif %}}',
  ])("a body that is not JSON for every alert is told when the config is loaded: %s", (body) => {
    const parsed = channels.webhook.options.safeParse({ type: "webhook", url: "https://example.com", body });
    expect(parsed.error?.message).toContain("json filter");
  });

  test.each([
    [{ url: "nowhere" }, "wants a URL"],
    [{ url: "https://example.com", secret: "in-the-clear" }, "never the secret itself"],
    [{ url: "https://example.com", allow: ["http://x"] }, "wants a host name"],
    [{ url: "https://example.com", alow: [] }, "alow"],
    [{ url: "https://example.com", body: "{{ nothing }}" }, "undefined variable"],
    [{ url: "https://example.com", body: '{"text": "{{ headline }}"}' }, "json filter"],
    [{ url: "https://example.com", body: "{{ headline }}", contentType: "text" }, "media type"],
  ])("its options say what is wrong: %o", (wrong, message) => {
    expect(channels.webhook.options.safeParse({ type: "webhook", ...wrong }).error?.message).toContain(message);
  });

  test("a wrong secret is not repeated by the message about it", () => {
    const parsed = channels.webhook.options.safeParse({ type: "webhook", url: "https://example.com", secret: KEY });
    expect(parsed.error?.message).not.toContain(KEY);
  });
});
