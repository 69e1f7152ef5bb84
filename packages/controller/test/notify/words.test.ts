import { describe, expect, test } from "vitest";
import type { Incident } from "../../src/model/incident.ts";
import { linksTo } from "../../src/notify/message/links.ts";
import { eventsOf } from "../../src/notify/channels/pagerduty.ts";
import { requestsOf } from "../../src/notify/channels/support/genie.ts";
import { impact, many, model, signal, T0, task, told } from "./support/samples.ts";

const drained: Partial<Incident> = { outcome: "drained", drainedAt: T0 + 79_000, closedAt: T0 + 79_000 };

describe("a title", () => {
  test("begins with what services keep, the worst first, within 60 characters", () => {
    const services = [
      impact({ service: "worker", desired: 29, running: 29, doomed: 22, survives: 7, minimum: 20 }),
      impact({ service: "web", desired: 15, running: 15, doomed: 8, survives: 7, minimum: 10 }),
      impact({ service: "mail", desired: 9, running: 9, doomed: 1, survives: 8, minimum: 4, belowMinimum: false }),
    ];
    const { headline } = model(many(22, { facts: { impact: services } }));
    expect(headline).toBe("worker 7/29, web 7/15 and 1 more: 22 of m5.large in eu-west-1b are reclaimed, 94 s left");
  });

  test("cuts long names, so that all stakes stay in sight", () => {
    const service = "checkout-service-with-a-very-long-name";
    const { headline } = model([told("i-1", { facts: { impact: [impact({ service })] } })]);
    expect(headline.slice(0, 60)).toMatch(/^checkout-service-wi… 1\/4: i-1 \(web, m5.large\)/);
  });

  test("says at once that a single notice was called off", () => {
    expect(model([told("i-1", { body: { cancelledAt: T0 } })]).headline).toBe(
      "i-1 (web, m5.large) in eu-west-1b: not interrupted after all",
    );
  });
});

describe("a notice that was called off, and is still watched", () => {
  const calledOff = told("i-1", {
    body: { cancelledAt: T0 + 20_000 },
    facts: { impact: [impact({ doomed: 3, survives: 1 })], tasks: [task("service"), task("standalone")] },
  });

  test("is no danger to a service, and asks nobody for anything", () => {
    expect(model([calledOff])).toMatchObject({
      headline: "i-1 (web, m5.large) in eu-west-1b: not interrupted after all",
      stakes: [],
      ask: [],
      impact: [],
      severity: "info",
    });
  });

  test("leaves the stakes of the others as they are", () => {
    const reclaimed = told("i-2", { facts: { impact: [impact({ service: "web", doomed: 1, survives: 2 })] } });
    expect(model([calledOff, reclaimed]).impact.map(({ service }) => service)).toEqual(["web"]);
  });
});

test("an end without an interruption is said in plain words", () => {
  const ends = (["plain-end", "outdated"] as const).map((outcome, n) => told(`i-${n}`, { body: { outcome } }));
  expect(model(ends).headline).toBe(
    "2 of m5.large in eu-west-1b: 1 ended normally, 1 not interrupted: the message was about an earlier run of it",
  );
});

describe("no false comfort", () => {
  test("a recommendation for an instance with tasks says what would go", () => {
    const recommended = told("i-1", {
      body: { signals: [signal("rebalance")], deadline: null },
      facts: { tasks: [task("service"), task("service")] },
    });
    const { stakes } = model([recommended]);
    expect(stakes).toEqual(["if it is reclaimed: 2 tasks of checkout would go"]);
  });

  test("nothing is affected only where it is known that no task runs there", () => {
    const unread = told("i-1", { facts: { missing: [{ what: "tasks", why: "throttled" }] } });
    expect(model([unread]).stakes).toEqual([]);
    expect(model([told("i-1")]).stakes).toEqual(["no ECS task is affected"]);
  });
});

describe("an alert that is over, and still asks people for something", () => {
  const late: Partial<Incident> = { outcome: "deadline-passed", drainedAt: T0 + 130_000, closedAt: T0 + 130_000 };
  const open = model([told("i-1", { body: late })]);
  const done = model([told("i-1", { body: drained })]);

  test("does not close its page; one that asks nothing does", () => {
    expect(open).toMatchObject({ phase: "outcome", closes: false, ask: { length: 1 } });
    expect(done).toMatchObject({ phase: "outcome", closes: true, ask: [] });
    expect(eventsOf(open, "key", false).map((event) => event.event_action)).toEqual(["trigger"]);
    expect(eventsOf(done, "key", false).map((event) => event.event_action)).toEqual(["resolve"]);
    expect(requestsOf(open, true, 0).at(-1)?.path).toContain("/notes");
    expect(requestsOf(done, true, 0).at(-1)?.path).toContain("/close");
  });
});

test("the link of an outcome shows closed incidents as well", () => {
  const links = linksTo("https://spot.example.com");
  expect(links.list({ region: "eu-west-1" }, "open")).toBe(
    "https://spot.example.com/api/v1/incidents?open=true&region=eu-west-1",
  );
  expect(links.list({ region: "eu-west-1" }, { since: T0 })).toBe(
    "https://spot.example.com/api/v1/incidents?from=2025-12-31T23%3A50%3A00.000Z&region=eu-west-1",
  );
});
