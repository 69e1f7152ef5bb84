import { describe, expect, test } from "vitest";
import type { Facts } from "../../../src/enrich/facts.ts";
import type { Incident } from "../../../src/model/incident.ts";
import { labelsOf, tagsFor, withReason } from "../../../src/respond/incident/labels.ts";
import { task } from "../../notify/support/samples.ts";
import { state, T0, warning } from "../../correlate/support.ts";
import { factsWith, incidentOf, reclaimed } from "../support.ts";

const doc = incidentOf(warning(0));
const { instance } = factsWith();
const labels = (over: Partial<Facts> = {}, before: Partial<Incident> = {}): Record<string, unknown> =>
  labelsOf(factsWith(over), { ...doc.body, ...before });

test("labels have what is known, and nothing that is not, so that a replan removes none", () => {
  const known = labels({
    instance: { ...instance!, publicIp: "203.0.113.7" },
    owner: "batch",
    tasks: [task("service")],
  });
  expect(known).toMatchObject({
    name: "web",
    instanceType: "m5.large",
    availabilityZone: "us-east-1a",
    zoneId: "use1-az1",
    privateIp: "10.0.0.7",
    publicIp: "203.0.113.7",
    lifecycle: "spot",
    launchTime: instance!.launchTime,
    group: "web",
    cluster: "shop",
    owner: "batch",
    services: ["checkout"],
    tasks: 1,
  });
  const unknown = labels({ instance: null, groupName: null, containerInstances: [] });
  expect(Object.keys(unknown).filter((name) => name !== "tasks")).toEqual([]);
  const bare = { ...instance!, name: null, zoneId: null, privateIp: null, lifecycle: null };
  expect(labels({ instance: bare })).not.toHaveProperty("name");
  expect(Object.values(labels({ instance: bare })).filter((value) => value === null)).toEqual([]);
});

test("eight services at most, each once; the most standalone tasks that were seen", () => {
  const of = (service: string): Facts["tasks"][number] => ({ ...task("service"), service });
  const many = Array.from({ length: 20 }, (_, n) => of(`s${Math.floor(n / 2)}`));
  expect(labels({ tasks: many })["services"]).toEqual(["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"]);
  const alone = [task("standalone"), task("standalone"), task("daemon")];
  expect(labels({ tasks: alone })["standaloneTasks"]).toBe(2);
  expect(labels({ tasks: alone }, { labels: { standaloneTasks: 5 } })["standaloneTasks"]).toBe(5);
  expect(labels({ tasks: [] }, { labels: { standaloneTasks: 5 } })["standaloneTasks"]).toBe(5);
  expect(labels({ tasks: [] })).not.toHaveProperty("standaloneTasks");
});

test("why a replacement does not come: what was said since the incident was opened, three lines at most", () => {
  const said = (at: number, n = 1): Facts["evidence"][number] => ({ about: "web", said: `no capacity ${n}`, at });
  const { openedAt } = doc.body;
  expect(labels({ evidence: [said(openedAt - 1), said(openedAt)] })["evidence"]).toEqual(["web: no capacity 1"]);
  expect(labels({ evidence: [1, 2, 3, 4].map((n) => said(openedAt + n, n)) })["evidence"]).toHaveLength(3);
  expect(labels({ evidence: [said(openedAt - 1)] })).not.toHaveProperty("evidence");
});

describe("a missed notice stays one, though a later state of the instance has no reason", () => {
  const reason = "Server.SpotInstanceTermination";
  const ended = { ...incidentOf(state("shutting-down", 0)).body, labels: { stateReason: reason } };
  const silent = factsWith({ instance: { ...reclaimed, stateReason: null } });
  const after = (facts: Facts, body: Incident): string | null | undefined =>
    withReason(facts, body).instance?.stateReason;

  test.each<[string, Facts, Incident, string | null | undefined]>([
    ["it has ended", silent, ended, reason],
    ["it is gone", silent, { ...ended, seen: null, goneAt: T0 }, reason],
    ["it runs again", silent, { ...ended, seen: { state: "running", at: T0 } }, null],
    ["EC2 gives another reason", factsWith({ instance: { ...reclaimed, stateReason: "Client.X" } }), ended, "Client.X"],
    ["no reason was known", silent, { ...ended, labels: {} }, null],
    ["EC2 was not read", factsWith({ instance: null }), ended, undefined],
  ])("%s", (_what, facts, body, expected) => expect(after(facts, body)).toBe(expected));
});

test("an incident is found by its group and cluster, each added once", () => {
  const tags = tagsFor(doc, factsWith());
  expect(tags.slice(doc.tags.length)).toEqual(["asg#web", "cluster#arn:aws:ecs:us-east-1:123456789012:cluster/shop"]);
  expect(tags.slice(0, doc.tags.length)).toEqual(doc.tags);
  expect(tagsFor({ ...doc, tags }, factsWith())).toBe(tags);
  expect(tagsFor(doc, factsWith({ groupName: null, containerInstances: [] }))).toBe(doc.tags);
});
