import { describe, expect, test } from "vitest";
import { matches, surelyMatches, tagsOf } from "../../src/decide/match.ts";
import type { Facts } from "../../src/enrich/facts.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Matcher } from "../../src/model/matcher.ts";
import { terminating, warning } from "../correlate/support.ts";
import { factsWith, incidentOf } from "../respond/support.ts";

const CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/shop";
const task = { task: { arn: "t" }, role: "service", service: "checkout", stopTimeout: null } as Facts["tasks"][number];
const known = (): Facts => factsWith({ tasks: [task] });
const nothing = (): Facts => factsWith({ instance: null, group: null, groupName: null, containerInstances: [] });
const incident = (over: Partial<Incident> = {}): Incident => ({ ...incidentOf(warning(0)).body, ...over });

describe("a rule finds its instance by each of its fields, and by no other value", () => {
  test.each<[string, Matcher, Matcher]>([
    ["kind", { kind: ["spot-interruption"] }, { kind: ["rebalance"] }],
    ["account", { account: "123456789012" }, { account: "1" }],
    ["region", { region: "us-*" }, { region: "eu-*" }],
    ["zone", { availabilityZone: "us-east-1a" }, { availabilityZone: "us-east-1b" }],
    ["zone id", { availabilityZone: "use1-az1" }, { availabilityZone: "use1-az2" }],
    ["group", { group: "web" }, { group: "api" }],
    ["name of the cluster", { cluster: "shop" }, { cluster: "sho" }],
    ["ARN of the cluster", { cluster: CLUSTER }, { cluster: `${CLUSTER}s` }],
    ["service", { service: "checkout" }, { service: "search" }],
    ["type", { instanceType: "m5.*" }, { instanceType: "c5.*" }],
    ["name of the instance", { instanceName: "web" }, { instanceName: "db" }],
    ["owner", { owner: "ours" }, { owner: "karpenter" }],
  ])("%s", (_field, right, wrong) => {
    expect([matches(right, incident(), known()), matches(wrong, incident(), known())]).toEqual([true, false]);
    expect(matches({ ...right, ...wrong }, incident(), known())).toBe(false);
  });
});

test("what was known of it earlier still finds it, after the instance has left its group and cluster", () => {
  const labels = {
    group: "web",
    cluster: "shop",
    services: ["checkout", "search"],
    instanceType: "m5.large",
    name: "w",
  };
  const left = incident({ labels });
  const all: Matcher = {
    group: "web",
    cluster: "shop",
    service: "search",
    instanceType: "m5.large",
    instanceName: "w",
  };
  for (const [name, pattern] of Object.entries(all)) {
    expect([name, matches({ [name]: pattern }, left, nothing())]).toEqual([name, true]);
    expect([name, matches({ [name]: pattern }, incident(), nothing())]).toEqual([name, false]);
  }
  expect(matches({ service: "7" }, incident({ labels: { services: [7] } }), nothing())).toBe(false);
  expect(matches({ cluster: "shop" }, incident({ hints: { clusterArn: CLUSTER } }), nothing())).toBe(true);
  expect(matches({ group: "web" }, incidentOf(terminating(0)).body, nothing())).toBe(true);
});

test("of equal tags the instance's wins, then the group's; every tag of a rule must match", () => {
  const { instance, group } = factsWith();
  const tagged = factsWith({
    clusterTags: { a: "cluster", b: "cluster", c: "cluster" },
    group: { ...group!, tags: { a: "group", b: "group" } },
    instance: { ...instance!, tags: { a: "instance" } },
  });
  expect(tagsOf(tagged)).toEqual({ a: "instance", b: "group", c: "cluster" });
  expect(matches({ tag: { a: "instance", c: "clus*" } }, incident(), tagged)).toBe(true);
  expect(matches({ tag: { a: "instance", c: "other" } }, incident(), tagged)).toBe(false);
  expect(matches({ tag: { d: "*" } }, incident(), tagged)).toBe(false);
});

describe("an alert is not suppressed on a guess: while facts are missing", () => {
  const unsure = { ...known(), complete: false };
  test.each<[string, Matcher]>([
    ["by what is not its group", { group: "!api" }],
    ["by one of several that is not", { cluster: ["shop", "!db"] }],
    ["by a tag that it does not have", { tag: { critical: "!yes" }, group: "web" }],
    ["by its owner", { owner: "ours" }],
  ])("not %s", (_what, matcher) => {
    const facts = { clusterTags: { critical: "no" } };
    expect(surelyMatches(matcher, incident(), { ...unsure, ...facts })).toBe(false);
    expect(surelyMatches(matcher, incident(), { ...known(), ...facts })).toBe(true);
  });

  test("but by what is known, and never by what does not match", () => {
    expect(surelyMatches({ group: "web", tag: {} }, incident(), unsure)).toBe(true);
    expect(surelyMatches({ group: "api" }, incident(), unsure)).toBe(false);
    expect(surelyMatches({ group: "!web" }, incident(), known())).toBe(false);
  });
});
