import { expect, test } from "vitest";
import type { AlertModel, Channel } from "../../src/notify/alert.ts";
import { channels } from "../../src/notify/channels/index.ts";
import type { Plain } from "../../src/model/plain.ts";
import { depsOf } from "./support/deps.ts";
import { impact, many, model, T0, told } from "./support/samples.ts";
import { startDiscord } from "./support/services/discord.ts";
import { startGenie } from "./support/services/genie.ts";
import { startJira } from "./support/services/jira.ts";
import { startPagerDuty } from "./support/services/pagerduty.ts";
import { startServiceNow } from "./support/services/servicenow.ts";
import { startSlack } from "./support/services/slack.ts";

// An alert with a warning gets worse: sixteen instances join, and a service falls below its minimum.
const small: AlertModel = { ...model([told("i-0abc")]), severity: "warning" };
const worse: AlertModel = {
  ...model(many(17, { facts: { impact: [impact()] } })),
  phase: "update",
  severity: "critical",
  raised: true,
};
const update: AlertModel = { ...worse, raised: false };
const ended = model([told("i-0abc", { body: { outcome: "drained", drainedAt: T0 + 79_000 } })]);

async function sendAll(channel: Channel, ...all: readonly AlertModel[]): Promise<Plain> {
  let previous: Plain = null;
  for (const about of all) {
    const result = await channel.send(about, previous, AbortSignal.timeout(5_000));
    expect(result).toMatchObject({ is: "sent" });
    if (result.is === "sent") previous = result.receipt;
  }
  return previous;
}

const secretive = (values: { readonly [reference: string]: string }): ReturnType<typeof depsOf> =>
  depsOf({ secret: (reference) => Promise.resolve(values[reference ?? ""] ?? null) });
const allow = ["127.0.0.1"];

test("slack: the bot edits its message, and shows the worse state to the whole channel", async () => {
  const slack = await startSlack();
  const options = { type: "slack", token: "${env:T}", channel: "#alerts", api: `${slack.url}/api/`, allow } as const;
  await sendAll(channels.slack.create(options, secretive({ "${env:T}": slack.token })), small, worse, update, ended);
  const broadcasts = slack.received.filter(({ body }) => body.includes('"reply_broadcast":true'));
  expect(broadcasts).toHaveLength(1);
  expect(broadcasts[0]?.body).toContain("checkout keeps 1 of 4 tasks");
  await slack.close();
  expect(slack.problems).toEqual([]);
});

test("discord: a new message, which is edited from then on", async () => {
  const discord = await startDiscord();
  const channel = channels.discord.create(
    { type: "discord", url: "${env:U}", allow },
    secretive({ "${env:U}": discord.hookUrl }),
  );
  await sendAll(channel, small, worse, update);
  expect([...discord.messages.values()].map((versions) => versions.length)).toEqual([2, 2]);
  await discord.close();
  expect(discord.problems).toEqual([]);
});

test("pagerduty: another alert, which pages; the end resolves both", async () => {
  const service = await startPagerDuty();
  const options = channels.pagerduty.options.parse({
    type: "pagerduty",
    routingKey: "${env:K}",
    url: service.endpoint,
    allow,
  });
  const channel = channels.pagerduty.create(options, secretive({ "${env:K}": service.routingKey }));
  const previous = await sendAll(channel, small, worse, update);
  expect([...service.alerts.values()]).toMatchObject([[{ triggers: 1 }], [{ state: "triggered", triggers: 2 }]]);
  // The worker was killed before it stored that it had sent: the same message again opens no third.
  await channel.send(worse, { dedupKey: "x", raised: 0 }, AbortSignal.timeout(5_000));
  expect(service.alerts.size).toBe(2);
  await channel.send(ended, previous, AbortSignal.timeout(5_000));
  expect([...service.alerts.values()].flat().map(({ state }) => state)).toEqual(["resolved", "resolved"]);
  await service.close();
  expect(service.problems).toEqual([]);
});

test("jsm-ops: another alert with the higher priority; the end closes both", async () => {
  const service = await startGenie("/jsm/ops/integration");
  const url = `${service.url}/jsm/ops/integration`;
  const options = channels["jsm-ops"].options.parse({ type: "jsm-ops", apiKey: "${env:K}", url, allow });
  const channel = channels["jsm-ops"].create(options, secretive({ "${env:K}": service.key }));
  await sendAll(channel, small, worse, update, ended);
  const priorities = service.received.flatMap(({ body }) => (JSON.parse(body) as { priority?: string }).priority ?? []);
  // The update creates the open alert once more, in case that it was closed.
  expect(priorities).toEqual(["P3", "P1", "P1"]);
  expect([...service.alerts.values()].flat().map(({ state }) => state)).toEqual(["closed", "closed"]);
  await service.close();
  expect(service.problems).toEqual([]);
});

test("a storm that grows for an hour opens five alerts at most", async () => {
  const service = await startPagerDuty();
  const options = channels.pagerduty.options.parse({
    type: "pagerduty",
    routingKey: "${env:K}",
    url: service.endpoint,
    allow,
  });
  const channel = channels.pagerduty.create(options, secretive({ "${env:K}": service.routingKey }));
  await sendAll(channel, small, ...Array.from({ length: 20 }, () => worse), ended);
  expect(service.alerts.size).toBe(5);
  expect([...service.alerts.values()].flat().every(({ state }) => state === "resolved")).toBe(true);
  await service.close();
});

test("jsm-ops: what gets worse after the last further alert is a note in it", async () => {
  const service = await startGenie("/jsm/ops/integration");
  const url = `${service.url}/jsm/ops/integration`;
  const options = channels["jsm-ops"].options.parse({ type: "jsm-ops", apiKey: "${env:K}", url, allow });
  const channel = channels["jsm-ops"].create(options, secretive({ "${env:K}": service.key }));
  await sendAll(channel, small, ...Array.from({ length: 6 }, () => worse));
  expect([...service.alerts.values()].flat().map(({ notes }) => notes)).toEqual([0, 0, 0, 0, 2]);
  await service.close();
  expect(service.problems).toEqual([]);
});

test("jira: the priority is raised, and never lowered again", async () => {
  const jira = await startJira();
  const options = channels.jira.options.parse({
    type: "jira",
    url: jira.url,
    email: jira.email,
    token: "${env:T}",
    project: "OPS",
    issueType: "Incident",
    priority: { warning: "Medium", critical: "Highest" },
    allow,
  });
  const channel = channels.jira.create(options, secretive({ "${env:T}": jira.token }));
  await sendAll(channel, small, worse, { ...update, severity: "warning" });
  expect(jira.issues).toMatchObject([{ priority: "Highest", comments: { length: 2 } }]);
  await jira.close();
  expect(jira.problems).toEqual([]);
});

test("servicenow: impact and urgency are raised, and never lowered again", async () => {
  const service = await startServiceNow();
  const options = channels.servicenow.options.parse({
    type: "servicenow",
    url: service.url,
    username: service.user,
    password: "${env:P}",
    closeCode: "Solution provided",
    allow,
  });
  const channel = channels.servicenow.create(options, secretive({ "${env:P}": service.password }));
  await sendAll(channel, small, worse, { ...update, severity: "warning" });
  const sent = service.received.filter(({ method }) => method !== "GET").map(({ body }) => JSON.parse(body) as object);
  expect(sent.map((body) => ("impact" in body ? body.impact : null))).toEqual(["2", "1", null]);
  await service.close();
  expect(service.problems).toEqual([]);
});
