import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { AlertModel, Channel, SendResult } from "../../src/notify/alert.ts";
import { channels } from "../../src/notify/channels/index.ts";
import { joinAlert } from "../../src/notify/join.ts";
import { buildAlert } from "../../src/notify/message/build.ts";
import type { Plain } from "../../src/model/plain.ts";
import { findResponder } from "../../src/respond/responders/index.ts";
import { depsOf } from "./support/deps.ts";
import { alertDoc, many, model, T0, told, where } from "./support/samples.ts";
import { startDiscord } from "./support/services/discord.ts";
import { startJira } from "./support/services/jira.ts";
import { startServiceNow } from "./support/services/servicenow.ts";

const receipt = model([told("i-0abc")]);
const update: AlertModel = { ...model(many(3)), phase: "update" };
const ended = model([told("i-0abc", { body: { outcome: "drained", drainedAt: T0 + 79_000 } })]);
const allow = ["127.0.0.1"];

const send = (channel: Channel, about: AlertModel, previous: Plain = null): Promise<SendResult> =>
  channel.send(about, previous, AbortSignal.timeout(5_000));
const receiptOf = (result: SendResult): Plain => (result.is === "sent" ? result.receipt : null);

describe("the id of an alert's records", () => {
  test("differs for an alert of another ledger, whose numbers begin at 1 again", () => {
    const ids = [T0, T0 + 86_400_000].map((now) => joinAlert(null, where, now).doc.body.recordId);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(ids[1]).not.toBe(ids[0]);
  });

  test("of an alert that an earlier version opened stays what its records are called", () => {
    const { recordId: _, ...body } = alertDoc().body;
    const { recordId } = buildAlert([told("i-1")], { ...alertDoc(), body }, T0, findResponder);
    expect(recordId).toBe(createHash("sha256").update(`${alertDoc().key}#1`).digest("hex").slice(0, 32));
  });
});

describe("jira", () => {
  const start = async () => {
    const jira = await startJira();
    const options = channels.jira.options.parse({
      type: "jira",
      url: jira.url,
      email: jira.email,
      token: "${env:T}",
      project: "OPS",
      issueType: "Incident",
      transition: "Done",
      allow,
    });
    return { jira, channel: channels.jira.create(options, depsOf({ secret: () => Promise.resolve(jira.token) })) };
  };

  test("an issue that somebody deleted is made anew", async () => {
    const { jira, channel } = await start();
    const first = receiptOf(await send(channel, receipt));
    jira.issues.length = 0;
    jira.issues.push({ key: "OPS-77", labels: [], status: "To Do", comments: [], priority: null });
    const second = await send(channel, update, first);
    expect(second).toMatchObject({ is: "sent", receipt: { key: "OPS-2" } });
    await jira.close();
    expect(jira.problems).toEqual([]);
  });

  test("an issue that is done is not taken for the alert's", async () => {
    const { jira, channel } = await start();
    await send(channel, ended, receiptOf(await send(channel, receipt)));
    // The answer to the next creation is not stored, as after a kill: only the label is known.
    await send(channel, receipt);
    expect(jira.issues.map(({ status }) => status)).toEqual(["Done", "To Do"]);
    await jira.close();
    expect(jira.problems).toEqual([]);
  });
});

describe("servicenow", () => {
  const start = async () => {
    const service = await startServiceNow();
    const options = channels.servicenow.options.parse({
      type: "servicenow",
      url: service.url,
      username: service.user,
      password: "${env:P}",
      closeCode: "Solution provided",
      allow,
    });
    const deps = depsOf({ secret: () => Promise.resolve(service.password) });
    return { service, channel: channels.servicenow.create(options, deps) };
  };

  test("a record that somebody deleted is made anew", async () => {
    const { service, channel } = await start();
    const first = receiptOf(await send(channel, receipt));
    service.incidents.length = 0;
    expect(await send(channel, update, first)).toMatchObject({ is: "sent" });
    expect(service.incidents).toHaveLength(1);
    await service.close();
    expect(service.problems).toEqual([]);
  });

  test("a record that is closed is not taken for the alert's", async () => {
    const { service, channel } = await start();
    await send(channel, receipt);
    for (const one of service.incidents) one.state = "7";
    await send(channel, receipt);
    expect(service.incidents.map(({ state }) => state)).toEqual(["7", "1"]);
    await service.close();
    expect(service.problems).toEqual([]);
  });
});

test("discord: into an archived thread a new message is posted, which opens it again", async () => {
  const discord = await startDiscord();
  const deps = depsOf({ secret: () => Promise.resolve(discord.hookUrl) });
  const channel = channels.discord.create({ type: "discord", url: "${env:U}", allow }, deps);
  const first = receiptOf(await send(channel, receipt));
  for (const id of discord.messages.keys()) discord.archived.add(id);
  expect(await send(channel, update, first)).toMatchObject({ is: "sent" });
  expect(discord.messages.size).toBe(2);
  await discord.close();
  expect(discord.problems).toEqual([]);
});
