import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertModel, Channel, SendResult } from "../../../src/notify/alert.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import { eventsOf, type PagerDutyOptions } from "../../../src/notify/channels/pagerduty.ts";
import { testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { documented, samplesIn } from "../support/documented.ts";
import { impact, many, model, T0, told } from "../support/samples.ts";
import { type PagerDuty, startPagerDuty } from "../support/services/pagerduty.ts";

function channelOf(service: PagerDuty, more: Partial<PagerDutyOptions> = {}, key = service.routingKey): Channel {
  const given = { type: "pagerduty", routingKey: "${env:PAGERDUTY_KEY}", url: service.endpoint, allow: ["127.0.0.1"] };
  const options = channels.pagerduty.options.parse({ ...given, ...more });
  return channels.pagerduty.create(options, depsOf({ secret: () => Promise.resolve(key) }));
}

testChannel("pagerduty", async () => {
  const service = await startPagerDuty();
  return {
    channel: channelOf(service),
    received: () => service.received.map(({ body }) => body),
    answer: (how) => service.answer(how),
    secrets: ["s3cr3t"],
    mostBytes: 512_000,
    async close() {
      await service.close();
      expect(service.problems).toEqual([]);
    },
  };
});

const receipt = model([told("i-0abc", { facts: { impact: [impact()] } })]);
const growing: AlertModel = { ...model(many(3)), phase: "update" };
const ended = model([told("i-0abc", { body: { outcome: "drained", drainedAt: T0 + 79_000 } })]);
const unasked: AlertModel = { ...receipt, ask: [] };

describe("pagerduty", () => {
  let service: PagerDuty;
  beforeEach(async () => {
    service = await startPagerDuty();
  });
  afterEach(async () => {
    await service.close();
    expect(service.problems).toEqual([]);
  });
  const send = (about: AlertModel, more: Partial<PagerDutyOptions> = {}): Promise<SendResult> =>
    channelOf(service, more).send(about, null, AbortSignal.timeout(5_000));
  const states = (): unknown[] => [...service.alerts.values()].map((all) => all.map(({ state }) => state));

  test("is one alert from receipt to outcome, however often each is sent", async () => {
    for (const about of [receipt, receipt, growing, growing]) await send(about);
    expect([...service.alerts.values()]).toEqual([[{ state: "triggered", triggers: 4, summary: receipt.headline }]]);
    for (const about of [ended, ended]) expect(await send(about)).toMatchObject({ is: "sent" });
    expect(states()).toEqual([["resolved"]]);
  });

  test("begins anew when it opens again, and when it has settled", async () => {
    for (const about of [receipt, ended, growing]) await send(about);
    expect(states()).toEqual([["resolved", "triggered"]]);
    await send({ ...receipt, generation: 2, recordId: "2".repeat(32) });
    expect(states()).toEqual([["resolved", "triggered"], ["triggered"]]);
  });

  test("acknowledges nothing unless asked to", async () => {
    await send(unasked);
    expect(states()).toEqual([["triggered"]]);
  });

  test("when asked to, acknowledges only what nobody needs to do anything about", async () => {
    expect(receipt.ask).not.toEqual([]);
    await send(receipt, { acknowledge: true });
    await send({ ...unasked, generation: 2, recordId: "2".repeat(32) }, { acknowledge: true });
    await send({ ...unasked, generation: 3, recordId: "3".repeat(32), phase: "update" }, { acknowledge: true });
    expect(states()).toEqual([["triggered"], ["acknowledged"], ["triggered"]]);
  });

  test("tells a key that is not known from an event that is wrong", async () => {
    const other = channelOf(service, {}, "x".repeat(32));
    const signal = AbortSignal.timeout(5_000);
    expect(await other.send(receipt, null, signal)).toMatchObject({ is: "refused", because: "credentials" });
    service.reply(400, {}, JSON.stringify({ status: "invalid event", errors: ["'payload.summary' is missing"] }));
    expect(await send(receipt)).toMatchObject({ is: "refused", because: "request" });
  });

  test("cuts a summary that is too long, and keeps to 512 KB by cutting members", async () => {
    const wordy = model(many(1_000, { name: "\u{1F525}".repeat(300) }));
    expect(await send({ ...wordy, headline: "x".repeat(3_000) })).toMatchObject({ is: "sent" });
    expect(service.received[0]?.body).toMatch(/and \d+ more incidents, not shown here/);
  });

  test("without a value for its key it sends nothing", async () => {
    const options = channels.pagerduty.options.parse({ type: "pagerduty", routingKey: "${env:NONE}" });
    const channel = channels.pagerduty.create(options, depsOf({ secret: () => Promise.resolve(null) }));
    const result = await channel.send(receipt, null, AbortSignal.timeout(1_000));
    expect(result).toMatchObject({ is: "refused", because: "credentials", reason: "its routingKey is not set" });
  });

  test.each([
    [{ routingKey: "s3cr3t" }, "never the secret itself"],
    [{ routingKey: "${env:K}", url: "nowhere" }, "URL"],
    [{ routingKey: "${env:K}", acknowledge: "yes" }, "boolean"],
  ])("its options say what is wrong: %o", (wrong, message) => {
    const { error } = channels.pagerduty.options.safeParse({ type: "pagerduty", ...wrong });
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain("s3cr3t");
  });

  test("its page shows what is sent", () => {
    const [shown] = samplesIn("pagerduty.md");
    expect(shown).toEqual(eventsOf(documented, "<integration key>", false)[0]);
  });
});
