import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLast } from "../../src/decide/last.ts";
import { nameOf, registrationsIn, shortly } from "../../src/decide/registrations.ts";
import { hasAllLeads, unreadFactsOf, unreadLabel } from "../../src/decide/unread-facts.ts";
import type { Target } from "../../src/aws/calls/elb.ts";
import type { Facts, Missing, TargetFact } from "../../src/enrich/facts.ts";
import type { Plain } from "../../src/model/plain.ts";
import type { Step } from "../../src/model/step.ts";
import { warning } from "../correlate/support.ts";
import { factsWith, GROUP_ARN, incidentOf, stepOf } from "../respond/support.ts";

const [target] = factsWith().targets as readonly [TargetFact];

describe("the targets of a step", () => {
  const one = fc.record(
    {
      id: fc.constantFrom("10.0.0.7", "fd00::7", "i-0abcdef1234567890"),
      port: fc.option(fc.integer({ min: 1, max: 65_535 })),
      availabilityZone: fc.constantFrom("all", "us-east-1a"),
      quicServerId: fc.constant("0x0123456789abcdef"),
    },
    { requiredKeys: ["id", "port"] },
  );

  test("are registered again with the same port, zone and server id as they had", () => {
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: (each) => JSON.stringify(each), maxLength: 20 }), (targets) => {
        const read = registrationsIn({ targetGroupArn: GROUP_ARN, targets: shortly(targets, targets.length) }, []);
        const texts = (all: readonly Target[]): string[] =>
          all.map((each) => [each.id, each.port, each.availabilityZone, each.quicServerId].join(" ")).toSorted();
        expect(texts(read)).toEqual(texts(targets));
      }),
    );
  });

  test("are all known ones of their target group if they are too many for a document", () => {
    const other = { ...target, targetGroupArn: "other" };
    expect(shortly([target], 120)).toEqual(["80 i-0abcdef1234567890"]);
    const params = { targetGroupArn: GROUP_ARN, targets: shortly([target], 121) };
    expect(registrationsIn(params, [target, other])).toEqual([target]);
  });

  test("are those that can be read: a step of another version may have others", () => {
    expect(registrationsIn({ targetGroupArn: GROUP_ARN, targets: [7, "80 a", null] }, [target])).toEqual([
      { id: "a", port: 80 },
    ]);
    expect(registrationsIn({ targetGroupArn: GROUP_ARN }, [target])).toEqual([]);
    expect([nameOf({ id: "a", port: null }), nameOf({ id: "a", port: 80 })]).toEqual(["a ", "a 80"]);
  });
});

describe("a service keeps its last healthy target", () => {
  const service = (over: object = {}): Partial<Facts> => ({
    services: [{ name: "web", targets: [{ targetGroupArn: GROUP_ARN }] } as unknown as Facts["services"][number]],
    impact: [{ service: "web", daemon: false, doomed: 1, survives: 0, ...over } as unknown as Facts["impact"][number]],
  });
  const last = (over: Partial<TargetFact>, more: Partial<Facts> = {}): boolean =>
    isLast(factsWith({ targets: [{ ...target, ...over }], ...more }), GROUP_ARN);

  test.each<[string, Partial<TargetFact>, Partial<Facts>, boolean]>([
    ["it is the only healthy one", { healthyElsewhere: 0 }, {}, true],
    ["there is another", { healthyElsewhere: 1 }, service(), false],
    ["it is not healthy itself", { healthyElsewhere: 0, state: "unhealthy" }, service(), false],
    ["health is not known, and none of the service's tasks survives", { healthyElsewhere: null }, service(), true],
    ["health is not known, and a task survives", { healthyElsewhere: null }, service({ survives: 1 }), false],
    ["health is not known, and no task is doomed", { healthyElsewhere: null }, service({ doomed: 0 }), false],
    ["health is not known, and it is a daemon", { healthyElsewhere: null }, service({ daemon: true }), false],
    [
      "health is not known, and the tasks are another service's",
      { healthyElsewhere: null },
      service({ service: "api" }),
      false,
    ],
    ["health and service are not known", { healthyElsewhere: null }, {}, false],
  ])("%s", (_what, over, more, expected) => expect(last(over, more)).toBe(expected));

  test("in the target group that is asked about, and no other", () => {
    const facts = factsWith({ targets: [{ ...target, healthyElsewhere: 0 }] });
    expect([isLast(facts, GROUP_ARN), isLast(facts, "other")]).toEqual([true, false]);
    const { services } = service() as { services: Facts["services"] };
    const elsewhere = [{ ...services[0]!, targets: [{ targetGroupArn: "other" }] }] as unknown as Facts["services"];
    expect(last({ healthyElsewhere: null }, { ...service(), services: elsewhere })).toBe(false);
  });
});

describe("registrations that may be unknown are named", () => {
  const look = (receipt: Plain, over: Partial<Step> = {}): Step =>
    stepOf("look-up", { responder: "look-up", state: "done", receipt, ...over });
  const missing = (...whats: Missing["what"][]): Plain => ({ missing: whats.map((what) => ({ what, why: "denied" })) });
  const unread = (...steps: Step[]): string[] => unreadFactsOf({ steps, labels: {} }).map(({ what }) => what);
  const gone = stepOf("drain-tasks", { responder: "drain-tasks", state: "done" });

  test("all that the last look-up lacked, but not what leads to no load balancer", () => {
    expect(unread(look(missing("group", "tasks")), look(missing("cluster", "services", "hooks", "owner")))).toEqual([
      "cluster",
      "services",
    ]);
    expect(unread(look(missing("group")), look(missing()))).toEqual([]);
    expect(unread()).toEqual([]);
  });

  test("not those of tasks that ECS has stopped, which it deregisters itself", () => {
    expect(unread(look(missing("cluster", "tasks")), gone)).toEqual(["cluster"]);
    expect(unread(look(missing("tasks")), { ...gone, state: "abandoned" })).toEqual(["tasks"]);
  });

  test("all of them if a look-up was abandoned without an answer, and none by one that was skipped or has not ended", () => {
    const abandoned = look(null, { state: "abandoned", reason: "it took too long" });
    expect(unreadFactsOf({ steps: [abandoned], labels: {} })).toEqual([{ what: "instance", why: "it took too long" }]);
    expect(unread(look(missing("group")), look(null, { state: "skipped" }))).toEqual(["group"]);
    expect(unread(look(missing("group")), look(null, { state: "waiting" }))).toEqual(["group"]);
    expect([
      hasAllLeads(abandoned),
      hasAllLeads(look(missing("cluster"))),
      hasAllLeads(look(missing("tasks"))),
    ]).toEqual([false, false, true]);
    expect(hasAllLeads(look({ missing: [7, { what: "cluster" }] }))).toBe(true);
  });

  test("as long as they are missing: the label keeps those that were still unknown when it had drained", () => {
    const { body } = incidentOf(warning(0));
    const steps = [look(missing("group", "cluster", "instance"))];
    const why = "denied: no permission";
    const facts = (...all: Missing[]): Facts => factsWith({ missing: all });
    const label = (...all: Missing[]): unknown => unreadLabel({ ...body, steps }, facts(...all));
    expect(label({ what: "cluster", why }, { what: "instance", why })).toEqual({ unlearnt: ["cluster", "instance"] });
    expect(label({ what: "instance", why: "not-found: no such instance" })).toEqual({ unlearnt: [] });
    expect(label()).toEqual({ unlearnt: [] });
    expect(unreadLabel({ ...body, steps: [look(missing())] }, facts({ what: "cluster", why }))).toEqual({});
    expect(unreadFactsOf({ steps, labels: { unlearnt: ["cluster"] } }).map(({ what }) => what)).toEqual(["cluster"]);
    expect(unreadFactsOf({ steps, labels: { unlearnt: [] } })).toEqual([]);
  });
});
