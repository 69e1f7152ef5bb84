import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertModel, SendResult } from "../../../src/notify/alert.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import { newIncident, type ServiceNowOptions } from "../../../src/notify/channels/servicenow.ts";
import { escapeJournal } from "../../../src/notify/render/escape-journal.ts";
import type { Plain } from "../../../src/model/plain.ts";
import { testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { documented, samplesIn } from "../support/documented.ts";
import { impact, many, model, T0, told } from "../support/samples.ts";
import { type ServiceNow, startServiceNow } from "../support/services/servicenow.ts";

const given: ServiceNowOptions = {
  type: "servicenow",
  url: "https://example.service-now.com",
  username: "spotkeeper",
  password: "${env:SERVICENOW_PASSWORD}",
  closeCode: "Solution provided",
  fields: { assignment_group: "287ebd7da9fe198100f92cc8d1d2154e" },
};

function channelOf(service: ServiceNow, password = service.password): ReturnType<typeof channels.servicenow.create> {
  const options = channels.servicenow.options.parse({ ...given, url: service.url, allow: ["127.0.0.1"] });
  return channels.servicenow.create(options, depsOf({ secret: () => Promise.resolve(password) }));
}

testChannel("servicenow", async () => {
  const service = await startServiceNow();
  return {
    channel: channelOf(service),
    received: () => service.received.filter(({ method }) => method !== "GET").map(({ body }) => body),
    answer: (how) => service.answer(how),
    secrets: [service.password, Buffer.from(`${service.user}:${service.password}`).toString("base64")],
    mostBytes: 5_000,
    async close() {
      await service.close();
      expect(service.problems).toEqual([]);
    },
  };
});

const receipt = model([told("i-0abc", { facts: { impact: [impact()] } })]);
const growing: AlertModel = { ...model(many(3)), phase: "update" };
const ended = model([told("i-0abc", { body: { outcome: "drained", drainedAt: T0 + 79_000 } })]);

describe("servicenow", () => {
  let service: ServiceNow;
  beforeEach(async () => {
    service = await startServiceNow();
  });
  afterEach(async () => {
    await service.close();
    expect(service.problems).toEqual([]);
  });
  const sendAll = async (all: readonly AlertModel[]): Promise<void> => {
    let previous: Plain = null;
    for (const about of all) {
      const result: SendResult = await channelOf(service).send(about, previous, AbortSignal.timeout(5_000));
      expect(result).toMatchObject({ is: "sent" });
      previous = result.is === "sent" ? result.receipt : previous;
    }
  };
  const shown = (): unknown[] => service.incidents.map(({ state, notes }) => [state, notes.length]);

  test("is one incident with notes, resolved when all is over", async () => {
    await sendAll([receipt, growing, ended]);
    expect(shown()).toEqual([["6", 2]]);
  });

  test("goes on when the alert opens again, and anew when it has settled", async () => {
    await sendAll([receipt, ended, growing]);
    expect(shown()).toEqual([["2", 2]]);
    await sendAll([{ ...receipt, generation: 2, recordId: "2".repeat(32) }]);
    expect(shown()).toEqual([
      ["2", 2],
      ["1", 0],
    ]);
  });

  test("after a crash it finds what was created, and says nothing twice", async () => {
    await sendAll([receipt]);
    await sendAll([receipt]);
    expect(shown()).toEqual([["1", 0]]);
    await sendAll([ended]);
    expect(shown()).toEqual([["6", 1]]);
  });

  test.each([
    ["was deleted", () => void service.incidents.splice(0, 1)],
    ["was closed by a person", () => service.incidents.forEach((one) => (one.state = "7"))],
  ])("news of an open alert whose record %s are a new record", async (_, happens) => {
    const channel = channelOf(service);
    const send = (about: AlertModel, previous: Plain): Promise<SendResult> =>
      channel.send(about, previous, AbortSignal.timeout(5_000));
    const first = await send(receipt, null);
    happens();
    const second = await send(growing, first.is === "sent" ? first.receipt : null);
    expect(second).toMatchObject({ is: "sent" });
    expect(second).not.toEqual(first);
    expect(shown().at(-1)).toEqual(["1", 0]);
    await send(ended, second.is === "sent" ? second.receipt : null);
    expect(shown().at(-1)).toEqual(["6", 1]);
  });

  test("a beginning is never taken for a record that is resolved or closed", async () => {
    await sendAll([receipt]);
    for (const state of ["6", "7"]) {
      service.incidents.forEach((one) => (one.state = state));
      await sendAll([receipt]);
    }
    expect(service.incidents.map(({ state }) => state)).toEqual(["7", "7", "1"]);
  });

  test("reads the receipt of an earlier version", async () => {
    await sendAll([receipt]);
    const sysId = service.incidents[0]?.sys_id ?? "";
    await channelOf(service).send(growing, { sysId, resolved: false }, AbortSignal.timeout(5_000));
    expect(shown()).toEqual([["1", 1]]);
  });

  test("touches nobody else's incident where a query is ignored", async () => {
    await sendAll([{ ...receipt, generation: 7, recordId: "7".repeat(32) }]);
    service.ignoreQueries();
    await sendAll([ended]);
    expect(shown()).toEqual([
      ["1", 0],
      ["6", 1],
    ]);
  });

  test("a failing look-up is no proof that there is nothing, nor is a page that is no answer", async () => {
    const send = (): Promise<SendResult> => channelOf(service).send(receipt, null, AbortSignal.timeout(5_000));
    service.answer("broken");
    expect(await send()).toMatchObject({ is: "retry" });
    service.reply(200, {}, "<html>Your instance is hibernating</html>");
    expect(await send()).toMatchObject({
      is: "retry",
      reason: expect.stringContaining("a page (“Your instance is hibernating”)"),
    });
    expect(service.incidents).toEqual([]);
  });

  test("a wrong password is told from an outage", async () => {
    const result = await channelOf(service, "old").send(receipt, null, AbortSignal.timeout(5_000));
    expect(result).toMatchObject({ is: "refused", because: "credentials" });
  });

  test("cuts a title that is too long", async () => {
    await sendAll([{ ...receipt, headline: "x".repeat(400) }]);
    expect(JSON.parse(service.received.at(-1)?.body ?? "")).toMatchObject({ short_description: `${"x".repeat(159)}…` });
  });

  test.each([
    [{ password: "s3cr3t" }, "never the secret itself"],
    [{ username: "a:b" }, "without a colon"],
    [{ closeCode: "" }, "closeCode"],
    [{ fields: { "^x": "y" } }, "fields"],
  ])("its options say what is wrong: %o", (wrong, message) => {
    const { error } = channels.servicenow.options.safeParse({ ...given, ...wrong });
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain("s3cr3t");
  });

  test("its page shows what is sent", () => {
    expect(samplesIn("servicenow.md")[0]).toEqual(newIncident(documented, given));
  });
});

test("whatever a text holds, nothing of it is shown as HTML", () => {
  const hostile = fc.array(fc.constantFrom("[", "code", "]", "/", " ", "CODE", "[code]", "<b>", "x", "[/code]"));
  fc.assert(
    fc.property(hostile, (parts) => {
      const text = parts.join("");
      expect(escapeJournal(text)).not.toMatch(/\[\s*\/?\s*code/i);
      expect(escapeJournal(text).replaceAll("(", "[")).toBe(text);
    }),
  );
});
