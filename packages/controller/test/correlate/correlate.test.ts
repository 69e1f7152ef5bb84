import { expect, test } from "vitest";
import { correlate, incidentKey } from "../../src/correlate/correlate.ts";
import type { Signal } from "../../src/model/signal.ts";
import {
  HOUR,
  ID,
  MINUTE,
  SECOND,
  T0,
  action,
  close,
  fargate,
  hear,
  kindsOf,
  launching,
  partition,
  rebalance,
  result,
  scheduled,
  state,
  terminating,
  warning,
  withdrawn,
} from "./support.ts";

const now = T0 + 10 * SECOND;

test("the first signal opens an incident that is due at once", () => {
  const signal = warning(0);
  const { doc, fresh, entries } = correlate([], signal, now)!;
  expect(doc).toMatchObject({ kind: "incident", key: `incident#${ID}#1`, schema: 1, version: 0, wakeAt: now });
  expect(doc.tags).toEqual([`subject#${ID}`, "open"]);
  expect(doc.body).toMatchObject({
    ordinal: 1,
    openedAt: now,
    action: "terminate",
    region: "us-east-1",
    signalCount: 1,
  });
  expect(doc.body.deadline).toBe(T0 + 2 * MINUTE);
  expect(doc.body.signals).toEqual([
    { id: signal.id, kind: signal.kind, at: T0, receivedAt: signal.receivedAt, source: "sqs" },
  ]);
  expect(fresh).toBe(true);
  expect(entries).toEqual([
    expect.objectContaining({
      key: doc.key,
      at: now,
      kind: "signal",
      text: expect.stringContaining("2026-11-20T12:02:00.000Z"),
    }),
  ]);
});

test("keys hold the id and the ordinal, and no time, account or region", () => {
  expect(incidentKey({ type: "instance", id: ID }, 3)).toBe(`incident#${ID}#3`);
});

test.each<[string, Signal]>([
  ["warning", warning(0)],
  ["rebalance", rebalance(0)],
  ["terminating hook", terminating(0)],
  ["launching hook", launching(0)],
  ["scheduled change", scheduled(0, HOUR)],
  ["Fargate stop", fargate(0, "RUNNING")],
  ["stopping", state("stopping", 0)],
  ["shutting-down", state("shutting-down", 0)],
  ["stopped", state("stopped", 0)],
  ["terminated", state("terminated", 0)],
])("%s opens an incident", (_, signal) => {
  expect(correlate([], signal, now)?.doc.body.ordinal).toBe(1);
});

test.each<[string, Signal]>([
  ["running", state("running", 0)],
  ["pending", state("pending", 0)],
  ["a launch", result("launch-result", 0)],
  ["a failed launch", result("launch-result", 0, false)],
  ["a termination", result("termination-result", 0)],
  [
    "a container instance",
    {
      ...rebalance(0),
      kind: "container-instance-change",
      clusterArn: "c",
      containerInstanceArn: "i",
      status: "ACTIVE",
      agentConnected: true,
      runningTasks: 0,
      pendingTasks: 0,
    },
  ],
])("%s without an incident concerns none", (_, signal) => {
  expect(correlate([], signal, now)).toBeNull();
});

test("incidents of other subjects are nobody's business", () => {
  const other = hear([{ ...warning(0), subject: { type: "instance", id: "i-11111111" } }]);
  const task = hear([fargate(0, "RUNNING")]);
  expect(correlate([...other, ...task], warning(SECOND), now)!.doc.key).toBe(`incident#${ID}#1`);
});

test("a duplicate changes nothing: by id, or of the same thing at the same time by another path", () => {
  const first = warning(0);
  const [doc] = hear([first]);
  for (const twin of [first, { ...first, receivedAt: first.receivedAt + HOUR }, warning(0)]) {
    const again = correlate([doc!], twin, now + HOUR)!;
    expect(again).toEqual({ doc, fresh: false, entries: [] });
  }
});

test("what the instance saw itself is a line of its own, once", () => {
  const { doc } = correlate([], warning(0), now)!;
  const seen = correlate([doc], { ...warning(0), id: "seen", source: "agent" }, now + SECOND)!;
  expect(seen.fresh).toBe(true);
  expect(seen.entries).toMatchObject([{ text: expect.stringMatching(/The instance saw it itself\.$/) }]);
  // It brings no work.
  expect(seen.doc.wakeAt).toBe(doc.wakeAt);
  const again = correlate([seen.doc], { ...warning(0), id: "seen again", source: "agent" }, now + MINUTE)!;
  expect(again.fresh).toBe(false);
});

test("a notice that went from the instance's metadata is a line of its incident, and opens none", () => {
  expect(correlate([], withdrawn(0), now)).toBeNull();
  const [doc] = hear([warning(0)]);
  const told = correlate([doc!], withdrawn(20 * SECOND), now)!;
  expect(told.entries).toMatchObject([
    { text: expect.stringMatching(/gone from the instance's metadata, and .* its work up again\. The instance saw/) },
  ]);
  const { signals: _heard, signalCount: _count, ...before } = doc!.body;
  expect(told.doc.body).toMatchObject(before);
  const silent = correlate([doc!], withdrawn(20 * SECOND, false), now)!;
  expect(silent.entries[0]?.text).not.toContain("work");
  expect(correlate([told.doc], { ...withdrawn(20 * SECOND), id: "again" }, now)!.fresh).toBe(false);
});

test("a notice that went long before its incident, or after it was closed, is none of it", () => {
  const [doc] = hear([warning(0)]);
  expect(correlate([doc!], withdrawn(-HOUR), now)).toBeNull();
  const closed = { ...doc!, body: { ...doc!.body, closedAt: T0 + MINUTE } };
  expect(correlate([closed], withdrawn(2 * MINUTE), now)).toBeNull();
});

test("a duplicate of an incident that was launched again is still a duplicate", () => {
  const first = warning(0);
  const docs = hear([first, state("stopped", 3 * MINUTE), state("running", HOUR)]);
  expect(correlate(docs, first, now)!.fresh).toBe(false);
});

test("what is missing is filled, what is there stays", () => {
  const bare = { ...terminating(0), account: null, region: null };
  const [doc] = hear([
    bare,
    { ...warning(SECOND), availabilityZone: "us-east-1b" },
    { ...rebalance(2 * SECOND), region: "eu-west-1" },
  ]);
  expect(doc!.body).toMatchObject({
    account: "123456789012",
    region: "us-east-1",
    availabilityZone: "us-east-1b",
    action: "terminate",
  });
});

test("news is due at once; what tells nothing new waits for its time", () => {
  const opened = { ...hear([warning(0)])[0]!, wakeAt: now + HOUR };
  expect(correlate([opened], terminating(SECOND), now)!.doc.wakeAt).toBe(now);
  expect(correlate([opened], warning(4 * SECOND), now)).toMatchObject({ fresh: true, doc: { wakeAt: now + HOUR } });
  expect(correlate([{ ...opened, wakeAt: now - SECOND }], terminating(SECOND), now)!.doc.wakeAt).toBe(now - SECOND);
});

test("a hundred duplicates with ids and times of their own stay within the bound, and are counted", () => {
  const signals = Array.from({ length: 100 }, (_, index) => warning(index * SECOND));
  const [doc, ...none] = hear(signals);
  expect(none).toEqual([]);
  expect(doc!.body.signals).toHaveLength(24);
  expect(doc!.body.signals.map(({ at }) => at)).toEqual(signals.slice(-24).map(({ at }) => at));
  expect(doc!.body.signalCount).toBe(100);
  expect(doc!.body.deadline).toBe(T0 + 2 * MINUTE);
  expect(doc!.body.firstEndingAt).toBe(T0);
  expect(JSON.stringify(doc).length).toBeLessThan(8_000);
});

test("hooks: one entry an action, by whatever path it comes, and two for two", () => {
  const bus = terminating(0);
  const own = terminating(SECOND, { direct: true });
  for (const order of [
    [bus, own],
    [own, bus],
  ]) {
    expect(hear(order)[0]!.body.lifecycle).toMatchObject([{ ...action, direct: true }]);
  }
  const two = hear([bus, terminating(0, { hook: "ecs-managed-draining-termination-hook", token: "t-2" })])[0]!;
  expect(two.body.lifecycle.map(({ hook }) => hook)).toEqual(["drain", "ecs-managed-draining-termination-hook"]);
  expect(two.body.signalCount).toBe(2);
  const again = hear([bus, terminating(MINUTE, { token: "t-2" })])[0]!;
  expect(again.body.lifecycle.map(({ token }) => token)).toEqual(["t-1", "t-2"]);
  const named = hear([terminating(0, { token: null }), terminating(SECOND)])[0]!;
  expect(named.body.lifecycle).toMatchObject([action]);
});

test("a recommendation joins its warning hours later, also after it was told and closed", () => {
  const [open] = hear([rebalance(0)]);
  const told = close(open!, SECOND, { outcome: "told" });
  for (const known of [open!, told]) {
    const { doc } = correlate([known], warning(5 * HOUR), now)!;
    expect(doc.key).toBe(open!.key);
    expect(doc.wakeAt).not.toBeNull();
    expect(doc.body).toMatchObject({ closedAt: null, outcome: null, deadline: T0 + 5 * HOUR + 2 * MINUTE });
  }
});

test("a later recommendation after the close of one is a new incident; its duplicate is not", () => {
  const told = close(hear([rebalance(0)])[0]!, MINUTE, { outcome: "told" });
  expect(correlate([told], rebalance(HOUR), now)!.doc.body.ordinal).toBe(2);
  expect(correlate([told], rebalance(2 * SECOND), now)!.doc).toMatchObject({ key: told.key, wakeAt: null });
});

test("a closed incident absorbs what is late, without work", () => {
  const closed = close(hear([warning(0), state("shutting-down", 2 * MINUTE)])[0]!, 4 * MINUTE);
  const late = [
    rebalance(-MINUTE),
    warning(3 * SECOND),
    state("terminated", 3 * MINUTE),
    result("termination-result", 5 * MINUTE),
  ];
  for (const signal of late) {
    const { doc, fresh, entries } = correlate([closed], signal, now + HOUR)!;
    expect(doc).toMatchObject({
      key: closed.key,
      wakeAt: null,
      body: { closedAt: T0 + 4 * MINUTE, outcome: "drained" },
    });
    expect(kindsOf(doc)).toContain(signal.kind);
    expect([fresh, entries.length]).toEqual([true, 1]);
  }
});

test("an archive that is still owed keeps its time when a closed incident absorbs something", () => {
  const closed = { ...close(hear([warning(0)])[0]!, 4 * MINUTE), wakeAt: now + HOUR };
  expect(correlate([closed], state("terminated", 3 * MINUTE), now)!.doc.wakeAt).toBe(now + HOUR);
});

test("an action of a hook that nobody answered opens a closed incident again; a known one does not", () => {
  const closed = close(hear([warning(0), terminating(SECOND)])[0]!, 4 * MINUTE);
  const other = correlate([closed], terminating(2 * MINUTE, { hook: "other", token: "t-9" }), now)!.doc;
  expect(other).toMatchObject({ key: closed.key, wakeAt: now, body: { closedAt: null, outcome: null } });
  const same = correlate([closed], terminating(3 * MINUTE), now)!.doc;
  expect(same).toMatchObject({ key: closed.key, wakeAt: null, body: { closedAt: T0 + 4 * MINUTE } });
});

test("a warning later than the close, or than the notice that was taken back, is the next incident", () => {
  const closed = close(hear([warning(0)])[0]!, 4 * MINUTE);
  expect(correlate([closed], warning(5 * MINUTE), now)!.doc.body.ordinal).toBe(2);
  const [open] = hear([warning(0)]);
  const cancelled = { ...open!, body: { ...open!.body, cancelledAt: T0 + 3 * MINUTE } };
  expect(correlate([cancelled], warning(5 * MINUTE), now)!.doc.body.ordinal).toBe(2);
  expect(correlate([cancelled], warning(2 * SECOND), now)!.doc.body.ordinal).toBe(1);
});

test("a late running joins and changes nothing; one after the end moves the ordinal on", () => {
  const docs = hear([warning(0), state("stopped", 3 * MINUTE)]);
  const due = { ...docs[0]!, wakeAt: now + HOUR };
  const late = correlate([due], state("running", -HOUR), now)!.doc;
  expect(late).toEqual({ ...due, body: { ...due.body, signals: late.body.signals, signalCount: 3 } });

  const again = correlate([due], state("running", HOUR), now)!.doc;
  expect(again).toMatchObject({
    key: due.key,
    wakeAt: now,
    body: { launchedAt: T0 + HOUR, seen: { state: "stopped" } },
  });
  expect(correlate([again], warning(HOUR + MINUTE), now)!.doc.body.ordinal).toBe(2);
  expect(correlate([again], state("running", HOUR + SECOND), now)).toBeNull();
  expect(correlate([again], state("pending", HOUR - 9 * SECOND), now)!.doc.body.launchedAt).toBe(
    T0 + HOUR - 9 * SECOND,
  );
});

test("a running right after a warning is the launch that was under way", () => {
  const docs = hear([warning(0), state("running", 30 * SECOND)]);
  expect(docs[0]!.body.launchedAt).toBeNull();
  expect(hear([rebalance(0), state("running", 5 * MINUTE)])[0]!.body.launchedAt).toBeNull();
  expect(hear([rebalance(0), state("running", 11 * MINUTE)])[0]!.body.launchedAt).toBe(T0 + 11 * MINUTE);
});

test("a launch is an episode of its own: what ends later is the next incident", () => {
  const docs = hear([
    launching(0),
    launching(0, { hook: "warm", token: "t-2" }),
    state("running", 20 * SECOND),
    result("launch-result", 30 * SECOND),
    warning(HOUR),
    state("shutting-down", HOUR + 2 * MINUTE),
  ]);
  expect(docs.map(kindsOf)).toEqual([
    ["lifecycle-launching", "lifecycle-launching", "state-change", "launch-result"],
    ["spot-interruption", "state-change"],
  ]);
  expect(docs[0]!.body).toMatchObject({ seen: { state: "running" }, launchedAt: null });
  expect(docs[0]!.body.lifecycle).toHaveLength(2);
});

test("a sign of life days after a launch is not of that launch", () => {
  const docs = hear([launching(0)]);
  expect(correlate(docs, state("running", 47 * HOUR), now)).not.toBeNull();
  expect(correlate(docs, state("running", 49 * HOUR), now)).toBeNull();
});

test("a launch parts the recommendation of the life before from the warning of the life after", () => {
  const docs = hear([rebalance(-HOUR), launching(0), warning(HOUR)]);
  expect(docs.map(kindsOf)).toEqual([["rebalance"], ["lifecycle-launching"], ["spot-interruption"]]);
  // Also when the launch is heard last.
  expect(hear([warning(HOUR), launching(0), rebalance(-HOUR)]).map(kindsOf)).toEqual([
    ["spot-interruption"],
    ["lifecycle-launching"],
    ["rebalance"],
  ]);
});

test("a return to the warm pool and a termination days later are two incidents", () => {
  const docs = hear([
    terminating(0, { destination: "WarmPool", token: "t-1" }),
    launching(20 * HOUR),
    terminating(30 * HOUR, { token: "t-2" }),
  ]);
  expect(docs.map(({ body }) => body.lifecycle.map(({ token }) => token))).toEqual([["t-1"], ["t-1"], ["t-2"]]);
});

test("a hook hours after the close of an earlier termination is the next incident", () => {
  const closed = close(hear([terminating(0)])[0]!, 5 * MINUTE);
  expect(correlate([closed], terminating(20 * HOUR, { token: "t-2" }), now)!.doc.body.ordinal).toBe(2);
  expect(correlate([closed], terminating(10 * MINUTE, { token: "t-2" }), now)!.doc.body.ordinal).toBe(1);
});

test("a failed launch is told to the launch, and to nothing else", () => {
  expect(kindsOf(hear([launching(0), result("launch-result", MINUTE, false)])[0])).toContain("launch-result");
  expect(correlate(hear([warning(0)]), result("launch-result", MINUTE, false), now)).toBeNull();
});

test("a stop that begins after the end was reached is another's", () => {
  const docs = hear([
    state("stopping", 0),
    state("stopped", 30 * SECOND),
    state("stopping", 5 * MINUTE),
    state("stopped", 6 * MINUTE),
  ]);
  expect(docs.map(({ body }) => body.signalCount)).toEqual([2, 2]);
  // A stopped instance that is terminated days later ends no second time.
  expect(hear([state("stopped", 0), state("terminated", 100 * HOUR)])).toHaveLength(1);
});

test("a stop long after a warning, or an end older than what begins, is another's", () => {
  expect(hear([warning(0), state("stopping", 30 * MINUTE)])).toHaveLength(2);
  expect(hear([warning(0), state("stopped", 30 * MINUTE)])).toHaveLength(1);
  expect(hear([state("stopping", 5 * MINUTE), state("stopped", 30 * SECOND)])).toHaveLength(2);
});

test("of two incidents that a signal fits, the nearer has it, whichever came first", () => {
  const [near, far, between] = [warning(0), warning(12 * MINUTE), rebalance(5 * MINUTE)];
  for (const order of [
    [near, far, between],
    [far, near, between],
  ]) {
    expect(partition(hear(order))).toEqual(partition(hear([near, between, far])));
  }
});

test("an end that jumps over another episode does not belong to the first", () => {
  const docs = hear([state("stopped", 0), warning(20 * HOUR), state("terminated", 60 * HOUR)]);
  expect(docs).toHaveLength(3);
});

test("a scheduled change sets the deadline, follows when it is put off, and yields to a warning", () => {
  const first = scheduled(0, 14 * 24 * HOUR);
  const later = scheduled(HOUR, 20 * 24 * HOUR);
  for (const order of [
    [first, later],
    [later, first],
  ]) {
    expect(hear(order)[0]!.body).toMatchObject({
      deadline: later.deadline,
      hints: { startsAt: later.deadline, eventArn: "arn:event/1" },
    });
  }
  const other = scheduled(2 * HOUR, 48 * HOUR, "arn:event/2");
  expect(hear([first, other])[0]!.body.deadline).toBe(other.deadline);
  expect(hear([other, first])[0]!.body.deadline).toBe(other.deadline);
  const last = scheduled(2 * HOUR, 30 * 24 * HOUR, "arn:event/3");
  expect(hear([first, last])[0]!.body.deadline).toBe(first.deadline);
  const warned = warning(30 * HOUR);
  const begun = scheduled(0, HOUR);
  for (const order of [
    [begun, warned],
    [warned, begun],
  ]) {
    expect(hear(order)).toHaveLength(1);
    expect(hear(order)[0]!.body.deadline).toBe(warned.deadline);
  }
  expect(hear([scheduled(0, null)])[0]!.body.deadline).toBeNull();
});

test("a Fargate task has one incident, with its address, and its first deadline", () => {
  const docs = hear([
    fargate(0, "RUNNING"),
    fargate(20 * SECOND, "DEPROVISIONING"),
    fargate(40 * SECOND, "STOPPED"),
    fargate(HOUR, "STOPPED"),
  ]);
  expect(docs).toHaveLength(1);
  expect(docs[0]!.body).toMatchObject({
    deadline: T0 + 30 * SECOND,
    hints: { privateAddresses: ["10.0.0.7"], service: "checkout" },
    seen: { state: "stopped" },
    signalCount: 4,
  });
});

test("a group's name is remembered", () => {
  expect(hear([terminating(0)])[0]!.body.hints).toMatchObject({ group: "web" });
  expect(hear([warning(0), result("termination-result", MINUTE)])[0]!.body.hints).toMatchObject({ group: "web" });
});

test("long metadata of a hook does not fill the document", () => {
  const [doc] = hear([terminating(0, { metadata: "x".repeat(1000) })]);
  expect(doc!.body.lifecycle[0]!.metadata).toHaveLength(256);
});

test("nothing that is known is changed in place", () => {
  const freeze = (value: unknown): void => {
    if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  };
  const docs = hear([rebalance(0), warning(SECOND), terminating(2 * SECOND)]);
  freeze(docs);
  for (const signal of [
    terminating(3 * SECOND, { direct: true }),
    warning(0),
    state("running", HOUR),
    scheduled(0, HOUR),
  ]) {
    freeze(signal);
    expect(() => correlate(docs, signal, now)).not.toThrow();
  }
});
