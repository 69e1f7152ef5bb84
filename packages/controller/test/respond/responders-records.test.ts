import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Missing } from "../../src/enrich/facts.ts";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { ReplacementState } from "../../src/model/group.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { newGroup, withReplacement } from "../../src/respond/group/document.ts";
import type { Result } from "../../src/respond/responder.ts";
import { ID, launching, T0, warning } from "../correlate/support.ts";
import { AT, contextOf, DEADLINE, fakeAws, openLedger, receipt, responder, run, writesOf } from "./context.ts";
import { factsWith, GROUP_ARN, incidentOf, stepOf } from "./support.ts";

let ledger: Ledger;
beforeEach(() => {
  ledger = openLedger();
});
afterEach(() => ledger.close());

const store = (result: Result): Promise<unknown> => ledger.commit(writesOf(result), [], result.also?.unchanged);
const base = incidentOf(warning(0));
const other = incidentOf(warning(0, { subject: { type: "instance", id: "i-0fedcba9876543210" } }));

/** The group's record with the incident in it as given. */
async function inGroup(state: ReplacementState, reason: string | null = null): Promise<void> {
  const group = withReplacement(
    newGroup({ ...AT, name: "web" }),
    base.key,
    {
      instanceId: ID,
      state,
      by: "detach",
      batch: null,
      reason,
      recommended: false,
      askedAt: T0,
      since: T0,
      within: 600_000,
      deadline: T0 + 600_000,
      onDemand: null,
      raised: 0,
      units: 1,
    },
    T0,
  );
  await ledger.commit([group], []);
}

describe("ask-replacement", () => {
  const params = { group: "web", by: "raise", within: 600_000, cap: 0.5, cooldown: 60_000 };
  const step = stepOf("replace", { params });

  test("asks the group once, and waits for its answer", async () => {
    const first = await run("ask-replacement", step, contextOf({ ledger }));
    expect(first).toMatchObject({ is: "wait", until: T0 + 3_000, reason: "the group was asked" });
    const mine = { instanceId: ID, state: "asked", by: "raise", deadline: T0 + 600_000 };
    expect(writesOf(first)).toMatchObject([
      { kind: "group", wakeAt: T0, body: { cap: 0.5, cooldown: 60_000, replacing: { [base.key]: mine } } },
    ]);
    await store(first);
    const second = await run("ask-replacement", step, contextOf({ ledger, now: T0 + 3_000 }));
    expect(second).toEqual({ is: "wait", until: T0 + 6_000, reason: "the group was asked" });
  });

  test.each([
    ["launching", { is: "wait", until: T0 + 3_000, reason: "its replacement is on its way" }],
    ["serves", { is: "done", receipt: { by: "detach" }, note: "why" }],
    ["refused", { is: "skip", reason: "why" }],
  ] as const)("hears from the group: %s", async (state, expected) => {
    await inGroup(state, "why");
    expect(await run("ask-replacement", step, contextOf({ ledger }))).toEqual(expected);
  });

  test("asks nothing for one that has drained", async () => {
    const doc = { ...base, body: { ...base.body, drainedAt: T0 } };
    const result = await run("ask-replacement", step, contextOf({ ledger, doc }));
    expect(result).toEqual({ is: "skip", reason: "it has drained before a replacement was begun" });
  });
});

describe("release-to-group", () => {
  const step = stepOf("release", { params: { group: "web" } });
  const to = (state: ReplacementState): object => ({ body: { replacing: { [base.key]: { state, since: T0 + 9 } } } });

  test("has one retired, told once", async () => {
    await inGroup("serves");
    const first = await run("release-to-group", step, contextOf({ ledger, now: T0 + 9 }));
    expect(first).toMatchObject({ is: "wait", until: T0 + 3_009, reason: "it is being retired" });
    expect(writesOf(first)).toMatchObject([to("retiring")]);
    await store(first);
    const second = await run("release-to-group", step, contextOf({ ledger, now: T0 + 3_009 }));
    expect(second).toEqual({ is: "wait", until: T0 + 6_009, reason: "it is being retired" });
  });

  test("calls off what was never begun; is done with what is settled", async () => {
    await inGroup("asked");
    const called = await run("release-to-group", step, contextOf({ ledger, now: T0 + 9 }));
    expect(called).toMatchObject({ is: "skip", reason: "it has drained before a replacement was begun" });
    expect(writesOf(called)).toMatchObject([to("cancelled")]);
    await store(called);
    const after = await run("release-to-group", step, contextOf({ ledger }));
    expect(after).toEqual({ is: "done", receipt: { state: "cancelled" } });
  });

  test("waits for the group to be asked, and else is skipped", async () => {
    const asking = stepOf("replace", { responder: "ask-replacement" });
    const doc = { ...base, body: { ...base.body, steps: [asking] } };
    const waits = await run("release-to-group", step, contextOf({ ledger, doc }));
    expect(waits).toEqual({ is: "wait", until: T0 + 3_000, reason: "the group has yet to be asked" });
    const skipped = await run("release-to-group", step, contextOf({ ledger }));
    expect(skipped).toEqual({ is: "skip", reason: "it is not under replacement" });
  });
});

describe("set-on-demand-base", () => {
  const step = stepOf("on-demand", { params: { group: "web", from: [0, 1], to: 2 } });
  const groupAt = (base: number | null, refreshing = false): ReturnType<typeof fakeAws> =>
    fakeAws({
      autoScaling: {
        describeGroups: () =>
          Promise.resolve(
            new Map([["web", { ...factsWith().group!, onDemand: base === null ? null : { base, percent: 0 } }]]),
          ),
        refreshing: () => Promise.resolve(refreshing),
        setOnDemandBase: () => Promise.resolve(receipt()),
      },
    });
  const sets = async (base: number | null, refreshing = false): Promise<readonly [Result, boolean]> => {
    const { aws, calls } = groupAt(base, refreshing);
    const result = await run("set-on-demand-base", step, contextOf({ aws }));
    return [result, calls.some(([name]) => name === "autoScaling.setOnDemandBase")];
  };

  test("sets it from what it was seen at", async () => {
    expect(await sets(1)).toMatchObject([{ is: "done", receipt: { already: false } }, true]);
  });
  test("what somebody else has set stands", async () => {
    expect(await sets(5)).toEqual([{ is: "skip", reason: "somebody else set the On-Demand base to 5" }, false]);
    expect(await sets(null)).toEqual([
      { is: "skip", reason: "somebody else set the On-Demand base to nothing" },
      false,
    ]);
  });
  test("it is so already", async () => {
    expect(await sets(2)).toEqual([{ is: "done", receipt: { already: true } }, false]);
  });
  test("waits for an instance refresh, which has a policy of its own", async () => {
    expect(await sets(0, true)).toMatchObject([{ is: "wait" }, false]);
  });
  test("after a crash it looks whether it happened", async () => {
    const found = responder("set-on-demand-base");
    if (found.repeat !== "verify") throw new Error("it must be looked at");
    expect(await found.verify(step, contextOf({ aws: groupAt(2).aws }))).toMatchObject({ is: "done" });
    expect(await found.verify(step, contextOf({ aws: groupAt(0).aws }))).toBe("not-done");
  });
});

describe("hold-last", () => {
  const step = stepOf("hold", { params: { targetGroupArn: GROUP_ARN, until: T0 + 4_000 } });
  const [target] = factsWith().targets;
  const last = factsWith({ targets: [{ ...target!, healthyElsewhere: 0 }] });
  const held = { is: "wait", until: T0 + 3_000, reason: "it is the last healthy target" };
  const hold = (now = T0, doc: Doc = base): Promise<Result> =>
    run("hold-last", step, contextOf({ ledger, now, doc, facts: () => last }));

  test("holds the last healthy target, and no second one; not beyond the last safe moment", async () => {
    const first = await hold();
    expect(first).toMatchObject(held);
    expect(writesOf(first)).toMatchObject([{ kind: "service", body: { heldFor: base.key, until: T0 + 4_000 } }]);
    await store(first);
    expect(await hold(T0 + 3_000)).toEqual({ ...held, until: T0 + 4_000 });
    const second = await hold(T0, other);
    expect(second).toMatchObject({ is: "done", note: "another doomed target is held in its place" });
    expect(writesOf(second)).toEqual([]);
    const over = await hold(T0 + 4_000);
    expect(over).toMatchObject({ is: "done", note: "the last safe moment has come" });
    expect(writesOf(over)).toMatchObject([{ body: { heldFor: null, until: null } }]);
  });

  test("lets go once another is healthy", async () => {
    await store(await hold());
    const freed = await run("hold-last", step, contextOf({ ledger, now: T0 + 1_000 }));
    expect(freed).toMatchObject({ is: "done", note: "another target is healthy" });
    expect(writesOf(freed)).toMatchObject([{ body: { heldFor: null, until: null } }]);
    await store(freed);
    expect(await hold(T0 + 1_000, other)).toMatchObject({ is: "wait" });
  });
});

describe("join-alert", () => {
  const step = stepOf("tell");

  test("opens the cluster's alert; a second incident joins it as it is", async () => {
    const key = `alert#${AT.account}/${AT.region}/cluster:shop`;
    const first = await run("join-alert", step, contextOf({ ledger }));
    expect(first).toMatchObject({ is: "done", receipt: { alerts: [{ key, generation: 1 }] } });
    expect(writesOf(first)).toMatchObject([{ kind: "alert", key, version: 0 }]);
    await store(first);
    const second = await run("join-alert", step, contextOf({ ledger, doc: other }));
    expect(second).toMatchObject({ is: "done", receipt: { alerts: [{ key, generation: 1 }] } });
    expect(second.also).toEqual({ writes: [], unchanged: [{ key, version: 1 }] });
  });

  test("waits for the cluster while it is looked up, but not for long", async () => {
    const doc = { ...base, body: { ...base.body, steps: [stepOf("look-up")] } };
    const facts = (): ReturnType<typeof factsWith> => factsWith({ containerInstances: [] });
    const opened = base.body.openedAt;
    const waits = await run("join-alert", step, contextOf({ ledger, doc, facts, now: opened }));
    expect(waits).toEqual({ is: "wait", until: opened + 500, reason: "its cluster is being looked up" });
    const joins = await run("join-alert", step, contextOf({ ledger, doc, facts, now: opened + 3_000 }));
    expect(joins).toMatchObject({
      is: "done",
      receipt: { alerts: [{ key: `alert#${AT.account}/${AT.region}/group:web` }] },
    });
  });

  test("joins the alerts of all its routes in one commit", async () => {
    const routes = [
      { ...DEFAULT_ROUTE, name: "ops", continue: true },
      { ...DEFAULT_ROUTE, name: "team", groupBy: ["instance"] as const },
    ];
    const ops = `alert#ops/account:${AT.account}/region:${AT.region}/cluster:shop`;
    const first = await run("join-alert", step, contextOf({ ledger, routes }));
    expect(first).toMatchObject({ receipt: { alerts: [{ key: ops }, { key: `alert#team/instance:${ID}` }] } });
    expect(writesOf(first).map((doc) => [doc.key, (doc as Doc<"alert">).body.route])).toEqual([
      [ops, "ops"],
      [`alert#team/instance:${ID}`, "team"],
    ]);
    await store(first);
    const second = await run("join-alert", step, contextOf({ ledger, doc: other, routes }));
    expect(second.also?.unchanged).toEqual([{ key: ops, version: 1 }]);
    expect(writesOf(second).map(({ key }) => key)).toEqual(["alert#team/instance:i-0fedcba9876543210"]);
  });

  test("tells nobody where no route is for it", async () => {
    const routes = [{ ...DEFAULT_ROUTE, name: "ops", match: { cluster: "other" } }];
    expect(await run("join-alert", step, contextOf({ ledger, routes }))).toEqual({
      is: "skip",
      reason: "no route is for it",
      receipt: { withheld: "no-route" },
    });
  });

  test("withholds a launch", async () => {
    const result = await run("join-alert", step, contextOf({ ledger, doc: incidentOf(launching(0)) }));
    expect(result).toEqual({ is: "skip", reason: "it has only been launched", receipt: { withheld: "launch" } });
  });
});

describe("look-up", () => {
  const looked = async (
    missing: readonly Missing[],
    attempts = 0,
    { now = T0, depth = "act" }: { readonly now?: number; readonly depth?: "act" | "tell" } = {},
  ): Promise<Result> => {
    const facts = (): ReturnType<typeof factsWith> => factsWith({ complete: false, missing });
    return run("look-up", stepOf("look-up", { attempts, params: { depth } }), contextOf({ facts, now }));
  };
  const unknown = { what: "instance", why: "not-found: no such instance" } as const;
  const throttled = { what: "group", why: "throttled: slow down" } as const;

  test("asks as deep as it was told, within its budget", async () => {
    const asked: unknown[] = [];
    const lookUp = async (...args: unknown[]): Promise<void> => void asked.push(args);
    await run("look-up", stepOf("look-up", { params: { depth: "act" } }), contextOf({ lookUp }));
    await run("look-up", stepOf("look-up"), contextOf({ lookUp }));
    expect(asked).toEqual([
      ["act", DEADLINE],
      ["tell", DEADLINE],
    ]);
  });

  test("tries again what AWS may yet say: six times before it is drained, then more seldom, and says what it lacks", async () => {
    const reason = "not learnt yet: group (throttled: slow down)";
    const receipt = { missing: [throttled] };
    expect(await looked([throttled], 4)).toEqual({ is: "wait", until: T0 + 2_000, reason, receipt });
    expect(await looked([throttled], 5, { depth: "tell" })).toEqual({
      is: "wait",
      until: T0 + 10_000,
      reason,
      receipt,
    });
    expect(await looked([throttled], 5)).toMatchObject({
      is: "done",
      note: "not learnt: group (throttled: slow down)",
    });
  });

  test.each([[[]], [[{ what: "group", why: "denied: AccessDenied" }]], [[throttled, unknown]]] as const)(
    "takes as final what no further try would change: %j",
    async (missing) => {
      expect(await looked(missing, 0, { now: T0 + 300_000 })).toEqual({ is: "done", receipt: { missing } });
    },
  );

  test("asks again for an instance of which AWS has just spoken: six times before it is drained, then more seldom", async () => {
    const reason = "not learnt yet: instance (not-found: no such instance)";
    const receipt = { missing: [unknown] };
    expect(await looked([unknown], 4)).toEqual({ is: "wait", until: T0 + 2_000, reason, receipt });
    expect(await looked([unknown], 5)).toMatchObject({ is: "done" });
    expect(await looked([unknown], 5, { depth: "tell" })).toEqual({
      is: "wait",
      until: T0 + 10_000,
      reason,
      receipt,
    });
  });
});
