import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertModel, Channel, SendResult } from "../../../src/notify/alert.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import { fieldsOf, type JiraOptions } from "../../../src/notify/channels/jira/channel.ts";
import { renderAdf } from "../../../src/notify/channels/jira/rendering.ts";
import type { Plain } from "../../../src/model/plain.ts";
import { type TestClock, testClock } from "../../enrich/support/clock.ts";
import { testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { documented, samplesIn } from "../support/documented.ts";
import { impact, many, model, T0, told } from "../support/samples.ts";
import { adf, type Jira, startJira } from "../support/services/jira.ts";

const given: JiraOptions = {
  type: "jira",
  url: "https://example.atlassian.net",
  email: "bot@example.com",
  token: "${env:JIRA_TOKEN}",
  project: "OPS",
  issueType: "Incident",
  priority: { critical: "Highest" },
  transition: "Done",
};

function channelOf(jira: Jira, clock: TestClock, more: Partial<JiraOptions> = {}): Channel {
  const options = channels.jira.options.parse({ ...given, url: jira.url, allow: ["127.0.0.1"], ...more });
  return channels.jira.create(options, depsOf({ clock, secret: () => Promise.resolve(jira.token) }));
}

testChannel("jira", async () => {
  const jira = await startJira();
  return {
    channel: channelOf(jira, testClock(T0)),
    received: () => jira.received.filter(({ path }) => /\/(issue|comment)$/.test(path)).map(({ body }) => body),
    answer: (how) => jira.answer(how),
    secrets: [jira.token, Buffer.from(`${jira.email}:${jira.token}`).toString("base64")],
    mostBytes: 34_000,
    async close() {
      await jira.close();
      expect(jira.problems).toEqual([]);
    },
  };
});

const receipt = model([told("i-0abc", { facts: { impact: [impact()] } })]);
const growing: AlertModel = { ...model(many(3)), phase: "update" };
const ended = model([told("i-0abc", { body: { outcome: "drained", drainedAt: T0 + 79_000 } })]);

describe("jira", () => {
  let jira: Jira;
  let clock: TestClock;
  beforeEach(async () => {
    jira = await startJira();
    clock = testClock(T0);
  });
  afterEach(async () => {
    await jira.close();
    expect(jira.problems).toEqual([]);
  });
  const sendAll = async (all: readonly AlertModel[], more: Partial<JiraOptions> = {}): Promise<SendResult> => {
    let previous: Plain = null;
    let result: SendResult | null = null;
    for (const about of all) {
      result = await channelOf(jira, clock, more).send(about, previous, AbortSignal.timeout(5_000));
      previous = result.is === "sent" ? result.receipt : previous;
    }
    if (result === null) throw new Error("nothing was sent");
    return result;
  };
  const shown = (): unknown[] => jira.issues.map(({ key, status, comments }) => [key, status, comments.length]);

  test("is one issue, commented on and moved", async () => {
    expect(await sendAll([receipt, growing, ended])).toEqual({ is: "sent", receipt: { key: "OPS-1" } });
    expect(shown()).toEqual([["OPS-1", "Done", 2]]);
  });

  test("without a transition the outcome is a comment alone", async () => {
    await sendAll([receipt, ended], { transition: undefined });
    expect(shown()).toEqual([["OPS-1", "To Do", 1]]);
  });

  test("a transition that does not exist is told in the issue, and one that was made is not", async () => {
    expect(await sendAll([receipt, ended], { transition: "Solved" })).toMatchObject({ is: "sent" });
    expect(jira.issues[0]?.comments[0]).toContain("from To Do there is no transition Solved");
    await sendAll([
      { ...receipt, generation: 2, recordId: "2".repeat(32) },
      { ...ended, generation: 2, recordId: "2".repeat(32) },
    ]);
    await sendAll([{ ...ended, generation: 2, recordId: "2".repeat(32) }]);
    expect(jira.issues[1]?.comments.join("")).not.toContain("could not be moved");
  });

  test("after a crash it finds what was created, by the alert's label", async () => {
    await sendAll([receipt]);
    expect(await sendAll([receipt])).toEqual({ is: "sent", receipt: { key: "OPS-1" } });
    expect(shown()).toEqual([["OPS-1", "To Do", 0]]);
    await sendAll([{ ...receipt, generation: 2, recordId: "2".repeat(32) }]);
    expect(shown()).toHaveLength(2);
  });

  test("when an answer was lost it waits for the index before it creates another", async () => {
    const channel = channelOf(jira, clock);
    const send = (): Promise<SendResult> => channel.send(receipt, null, AbortSignal.timeout(5_000));
    jira.loseNextCreate();
    expect(await send()).toMatchObject({ is: "retry" });
    clock.jump(1_000);
    expect(await send()).toMatchObject({ is: "retry", after: 14_000 });
    jira.unindexed.clear();
    expect(await send()).toEqual({ is: "sent", receipt: { key: "OPS-1" } });
    expect(shown()).toHaveLength(1);
  });

  test("two issues because the index lagged too long end as one that refers to the other", async () => {
    await sendAll([receipt]);
    jira.unindexed.add("OPS-1");
    const again = await sendAll([receipt]);
    jira.unindexed.clear();
    expect(again).toEqual({ is: "sent", receipt: { key: "OPS-2" } });
    await channelOf(jira, clock).send(ended, { key: "OPS-2" }, AbortSignal.timeout(5_000));
    expect(shown()).toEqual([
      ["OPS-1", "Done", 1],
      ["OPS-2", "Done", 1],
    ]);
    expect(jira.issues[0]?.comments[0]).toContain("The same as OPS-2");
  });

  test.each([
    ["was deleted", () => void jira.issues.splice(0, 1)],
    ["was closed by a person", () => jira.issues.forEach((one) => (one.status = "Closed"))],
  ])("news of an open alert whose issue %s are a new issue", async (_, happens) => {
    const first = await sendAll([receipt]);
    happens();
    const send = (about: AlertModel, previous: Plain): Promise<SendResult> =>
      channelOf(jira, clock).send(about, previous, AbortSignal.timeout(5_000));
    expect(first).toEqual({ is: "sent", receipt: { key: "OPS-1" } });
    const second = await send(growing, { key: "OPS-1" });
    expect(second).toEqual({ is: "sent", receipt: { key: "OPS-2" } });
    expect(await send(ended, { key: "OPS-2" })).toEqual({ is: "sent", receipt: { key: "OPS-2" } });
    expect(shown().at(-1)).toEqual(["OPS-2", "Done", 1]);
  });

  test("the outcome of an issue that was deleted is an issue that is closed at once", async () => {
    await sendAll([receipt]);
    jira.issues.splice(0, 1);
    await channelOf(jira, clock).send(ended, { key: "OPS-1" }, AbortSignal.timeout(5_000));
    expect(shown()).toEqual([["OPS-2", "Done", 1]]);
  });

  test("a token that has expired is called that, although a search finds nothing with status 200", async () => {
    jira.expire();
    expect(await sendAll([receipt])).toEqual({
      is: "refused",
      because: "credentials",
      reason:
        "answered 401; check its credentials; its token has expired or was revoked; make a new one at https://id.atlassian.com/manage-profile/security/api-tokens",
    });
  });

  test("an account that may not create issues is told which permission it lacks", async () => {
    jira.permissions.delete("CREATE_ISSUES");
    expect(await sendAll([receipt])).toEqual({
      is: "refused",
      because: "credentials",
      reason: "answered 400; in project OPS its account lacks CREATE_ISSUES",
    });
  });

  test("an account that may not see its own issue makes no other one with each update", async () => {
    jira.permissions.delete("BROWSE_PROJECTS");
    expect(await sendAll([receipt, growing, growing])).toEqual({
      is: "refused",
      because: "credentials",
      reason: "answered 404 for its own issue; in project OPS its account lacks BROWSE_PROJECTS",
    });
    expect(shown()).toHaveLength(1);
  });

  test("a beginning is never taken for an issue that is closed", async () => {
    await sendAll([receipt]);
    jira.issues.forEach((one) => (one.status = "Done"));
    expect(await sendAll([receipt])).toEqual({ is: "sent", receipt: { key: "OPS-2" } });
  });

  test("a failing search is no proof that there is nothing", async () => {
    jira.answer("broken");
    expect(await sendAll([receipt])).toMatchObject({ is: "retry" });
    expect(jira.issues).toEqual([]);
  });

  test("a wrong token is told from an outage", async () => {
    const options = channels.jira.options.parse({ ...given, url: jira.url, allow: ["127.0.0.1"] });
    const channel = channels.jira.create(options, depsOf({ clock, secret: () => Promise.resolve("old") }));
    const result = await channel.send(receipt, null, AbortSignal.timeout(5_000));
    expect(result).toMatchObject({ is: "refused", because: "credentials" });
  });

  test("a priority is set where one is named for the severity", () => {
    expect(fieldsOf({ ...receipt, severity: "critical" }, given)).toMatchObject({ priority: { name: "Highest" } });
    expect(fieldsOf({ ...receipt, severity: "info" }, given)).not.toHaveProperty("priority");
  });

  test("a summary is cut to what Jira takes", () => {
    expect(fieldsOf({ ...receipt, headline: "x".repeat(400) }, given)).toMatchObject({
      summary: `${"x".repeat(253)}…`,
    });
  });

  test.each([
    [{ token: "s3cr3t" }, "never the secret itself"],
    [{ project: "ops board" }, "wants the key of a project"],
    [{ priority: { urgent: "High" } }, "urgent"],
  ])("its options say what is wrong: %o", (wrong, message) => {
    const { error } = channels.jira.options.safeParse({ ...given, ...wrong });
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain("s3cr3t");
  });

  test("its page shows what is sent", () => {
    expect(samplesIn("jira.md")[0]).toEqual({ fields: fieldsOf(documented, given) });
  });
});

test("whatever a text holds, it is text and nothing else", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "@channel",
      "[~accountid:1]",
      "[x|javascript:alert(1)]",
      "{code}",
      '"}],"type":"mention"',
      "<b>",
      "",
    ),
  );
  const types = (about: AlertModel): unknown =>
    JSON.parse(JSON.stringify(renderAdf(about), (key, value: unknown) => (key === "text" ? null : value)));
  const calm: AlertModel = { ...receipt, headline: "x", stakes: ["x", "x"] };
  fc.assert(
    fc.property(hostile, hostile, (a, b) => {
      const about: AlertModel = { ...calm, headline: a, stakes: [a, b] };
      expect(adf.safeParse(renderAdf(about)).error).toBeUndefined();
      expect(types(about)).toEqual(types(calm));
    }),
  );
});
