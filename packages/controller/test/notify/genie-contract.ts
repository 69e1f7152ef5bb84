import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertModel, Channel } from "../../src/notify/alert.ts";
import { channels } from "../../src/notify/channels/index.ts";
import type { Plain } from "../../src/model/plain.ts";
import { testChannel } from "./channel-contract.ts";
import { depsOf } from "./support/deps.ts";
import { impact, many, model, T0, told } from "./support/samples.ts";
import { type Genie, startGenie } from "./support/services/genie.ts";

const receipt = model([told("i-0abc", { facts: { impact: [impact()] } })]);
const growing: AlertModel = { ...model(many(3)), phase: "update" };
const ended = model([told("i-0abc", { body: { outcome: "drained", drainedAt: T0 + 79_000 } })]);

/** What a channel must do that speaks as Opsgenie does. */
export function testGenie(
  makeChannel: (url: string, key: string) => Channel,
  name: "jsm-ops" | "opsgenie",
  base: string,
): void {
  testChannel(name, async () => {
    const service = await startGenie(base);
    return {
      channel: makeChannel(`${service.url}${base}`, service.key),
      // An update makes sure first that the alert is there.
      received: () =>
        service.received
          .filter(({ path }, place) => place === 0 || path !== `${base}/v2/alerts`)
          .map(({ body }) => body),
      answer: (how) => service.answer(how),
      secrets: ["s3cr3t"],
      mostBytes: 17_000,
      async close() {
        await service.close();
        expect(service.problems).toEqual([]);
      },
    };
  });

  describe(`alerts of ${name}`, () => {
    let service: Genie;
    beforeEach(async () => {
      service = await startGenie(base);
    });
    afterEach(async () => {
      await service.close();
      expect(service.problems).toEqual([]);
    });
    const sendAll = async (...all: readonly AlertModel[]): Promise<void> => {
      let previous: Plain = null;
      for (const about of all) {
        const channel = makeChannel(`${service.url}${base}/`, service.key);
        const result = await channel.send(about, previous, AbortSignal.timeout(5_000));
        expect(result).toMatchObject({ is: "sent" });
        previous = result.is === "sent" ? result.receipt : previous;
      }
    };
    const shown = (): unknown[] => [...service.alerts.values()];

    test("is one alert with notes, closed when all is over", async () => {
      await sendAll(receipt, growing, ended);
      expect(shown()).toEqual([[{ state: "closed", count: 2, notes: 2 }]]);
    });

    test("after a crash the repetition lands on the open alert", async () => {
      await sendAll(receipt);
      await sendAll(receipt);
      expect(shown()).toEqual([[{ state: "open", count: 2, notes: 0 }]]);
      await sendAll(ended);
      expect(shown()).toEqual([[{ state: "closed", count: 2, notes: 1 }]]);
    });

    test("is a new alert when it opens again, and when it has settled", async () => {
      await sendAll(receipt, ended, growing);
      await sendAll({ ...receipt, generation: 2, recordId: "2".repeat(32) });
      expect(shown().map((all) => (all as { state: string }[]).map(({ state }) => state))).toEqual([
        ["closed", "open"],
        ["open"],
      ]);
    });

    test("news of an alert that a person has closed opens it anew", async () => {
      await sendAll(receipt);
      for (const [one] of service.alerts.values()) if (one !== undefined) one.state = "closed";
      const channel = makeChannel(`${service.url}${base}`, service.key);
      await channel.send(growing, { closed: false }, AbortSignal.timeout(5_000));
      expect(shown()).toMatchObject([[{ state: "closed" }, { state: "open", count: 1 }]]);
    });

    test("cuts a message that is too long, and leaves no tags in it", async () => {
      await sendAll({ ...receipt, headline: `<img src=x>&lt;${"x".repeat(400)}` });
      const { message } = JSON.parse(service.received[0]?.body ?? "") as { message: string };
      expect(message).toMatch(/^‹img src=x›\+lt;x+…$/);
      expect(Array.from(message)).toHaveLength(130);
    });

    test("a wrong key is told from an outage", async () => {
      const channel = makeChannel(`${service.url}${base}`, "old");
      const result = await channel.send(receipt, null, AbortSignal.timeout(5_000));
      expect(result).toMatchObject({ is: "refused", because: "credentials" });
    });

    test("its key is no option in the clear", () => {
      const { error } = channels[name].options.safeParse({ type: name, apiKey: "s3cr3t" });
      expect(error?.message).toContain("never the secret itself");
      expect(error?.message).not.toContain("s3cr3t");
    });
  });
}

/** Whatever secret is asked for is this key. */
export const depsWith = (key: string): ReturnType<typeof depsOf> => depsOf({ secret: () => Promise.resolve(key) });
