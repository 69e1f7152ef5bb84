import { describe, expect, test } from "vitest";
import { alertKey } from "../../src/notify/join.ts";
import { DEFAULT_ROUTE, type GroupBy, groupOf, type Route, routeNamed, routesFor } from "../../src/notify/route.ts";
import { clusterArn } from "../enrich/support/fleet.ts";
import { task, told, where } from "./support/samples.ts";

const route = (name: string, more: Partial<Route> = {}): Route => ({ ...DEFAULT_ROUTE, name, ...more });
const { doc, facts } = told("i-1", { facts: { tasks: [task("service"), task("standalone")] } });

describe("which routes an incident takes", () => {
  const web = route("web", { match: { group: "web" } });
  const other = route("other", { match: { group: "other" } });
  const rest = route("rest");
  test.each([
    ["the first that matches", [other, web, rest], ["web"]],
    ["those below too, while they continue", [{ ...web, continue: true }, other, rest], ["web", "rest"]],
    ["one that continues and does not match stops nothing", [{ ...other, continue: true }, rest, web], ["rest"]],
    ["none", [other], []],
  ])("%s", (_, routes, names) => {
    expect(routesFor(routes, doc.body, facts).map(({ name }) => name)).toEqual(names);
  });

  test("without facts, what is not known fits no pattern", () => {
    expect(routesFor([web, rest], doc.body, null).map(({ name }) => name)).toEqual(["rest"]);
  });

  test("an alert whose route is gone goes on by the default", () => {
    expect(routeNamed([web, rest], "rest")).toBe(rest);
    expect(routeNamed([web], "gone")).toBe(DEFAULT_ROUTE);
  });
});

describe("what it is grouped by", () => {
  const keyBy = (...groupBy: GroupBy[]): string => {
    const one = route("ops", { groupBy });
    return alertKey(groupOf(one, doc.body, facts), one);
  };
  test.each([
    [["cluster"], "alert#ops/cluster:prod"],
    [["region", "availabilityZone"], "alert#ops/region:eu-west-1/availabilityZone:eu-west-1b"],
    [["instanceType", "service"], "alert#ops/instanceType:m5.large/service:checkout"],
    [["instance"], "alert#ops/instance:i-1"],
    [["account", "group"], "alert#ops/account:111122223333/group:web"],
    [[], "alert#ops"],
  ] as const)("%j", (groupBy, key) => {
    expect(keyBy(...groupBy)).toBe(key);
  });

  test("a group stands in for a cluster, and what is not known is one value", () => {
    const by = route("ops", { groupBy: ["cluster", "service"] });
    const plain = told("i-2");
    expect(alertKey(groupOf(by, plain.doc.body, plain.facts), by)).toBe("alert#ops/group:web/service:-");
    expect(alertKey(groupOf(by, plain.doc.body, null), by)).toBe("alert#ops/cluster:-/service:-");
  });

  test("without a name it is as it always was", () => {
    expect(groupOf(DEFAULT_ROUTE, doc.body, facts)).toEqual(where);
    expect(alertKey(where)).toBe("alert#111122223333/eu-west-1/cluster:prod");
  });

  test("a key stays short, and two long values stay two", () => {
    const by = route("ops", { groupBy: ["instance"] });
    const keys = ["a", "b"].map((end) => {
      const body = { ...doc.body, subject: { type: "task", id: `${clusterArn("x".repeat(2_000))}${end}` } as const };
      return alertKey(groupOf(by, body, facts), by);
    });
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key.length).toBeLessThan(200);
  });
});
