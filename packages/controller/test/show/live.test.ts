import { expect, test } from "vitest";
import { createBus } from "../../src/show/bus.ts";
import { observedBy } from "../../src/flow/observer.ts";
import { showing } from "../../src/show/observe.ts";
import { createLabel } from "../../src/measure/labels.ts";
import { createLiveList } from "../../src/show/open.ts";
import { alertDoc } from "./support/samples.ts";
import { incidentDoc, note, T0, warning } from "../record/support/samples.ts";
import { expectAsDocumented } from "./support/openapi.ts";
import { startShow } from "./support/show.ts";

const clock = { now: () => T0 };

test("everybody hears an event, until they leave; it is made once, when somebody reads it", () => {
  const bus = createBus(clock);
  const heard: string[] = [];
  let made = 0;
  const leave = bus.subscribe((event) => heard.push(`a ${event.topic} ${event.data()}`));
  bus.subscribe((event) => heard.push(`b ${event.topic} ${event.data()}`));
  bus.publish("entry", () => ({ n: ++made }));
  leave();
  bus.publish("incident", () => ({ n: ++made }));

  expect(heard).toEqual(['a entry {"n":1}', 'b entry {"n":1}', 'b incident {"n":2}']);
});

test("nobody pays for what nobody reads", () => {
  const bus = createBus(clock);
  bus.publish("entry", () => expect.unreachable("nobody reads it"));
});

test.each([
  [0, [1, 2, 3]],
  [1, [2, 3]],
  [3, []],
])("after event %i came %j", (last, missed) => {
  const bus = createBus(clock);
  const ids: string[] = [];
  bus.subscribe(({ id }) => ids.push(id));
  for (const n of [1, 2, 3]) bus.publish("entry", () => n);
  const id = ids[last - 1] ?? ids[0]!.replace("-1", "-0");

  expect(bus.since(id)?.map((event) => Number(event.data()))).toEqual(missed);
});

test("keeps only so many, and says when one that is asked for is gone, of another run, or still to come", () => {
  const bus = createBus(clock, 4);
  let id = "";
  bus.subscribe((event) => (id = event.id));
  for (let n = 1; n <= 10; n++) bus.publish("entry", () => n);
  const at = (n: number): string => id.replace(/-\d+$/, `-${n}`);

  expect(bus.since(at(6))?.map((event) => event.data())).toEqual(["7", "8", "9", "10"]);
  expect(bus.since(at(5))).toBeNull();
  expect(bus.since(at(11))).toBeNull();
  expect(createBus({ now: () => T0 + 1 }).since(at(9))).toBeNull();
});

test("what the flow does is told as it is done", () => {
  const bus = createBus(clock);
  const told: { topic: string; data: unknown }[] = [];
  bus.subscribe(({ topic, data }) => told.push({ topic, data: JSON.parse(data()) as unknown }));
  const observer = showing(bus);
  const doc = incidentDoc("i-1");

  observer.onAccepted(doc, warning("i-1"), true);
  observer.onAccepted(doc, warning("i-1"), false);
  observer.onEntries(doc, [note(doc.key, "drained", T0 + 1_000), note("group#web", "another's")]);
  observer.onEntries(alertDoc("web"), []);

  expect(told).toMatchObject([
    { topic: "entry", data: { incident: "i-1#1", kind: "signal", text: expect.stringContaining("warning") } },
    { topic: "incident", data: { id: "i-1#1", open: true } },
    { topic: "entry", data: { incident: "i-1#1", text: "drained", secondsSinceOpened: 1, secondsLeft: 119 } },
    { topic: "incident", data: { id: "i-1#1" } },
    { topic: "alert", data: { key: "alert#web" } },
  ]);
});

test("a mistake in telling does not stop the handling", () => {
  const failures: unknown[] = [];
  const publish = (): never => {
    throw new TypeError("broken");
  };
  const heard: unknown[] = [];
  const observer = observedBy([showing({ publish }), { onEntries: (doc) => heard.push(doc) }], (e) => failures.push(e));
  observer.onEntries(incidentDoc("i-1"), []);
  observer.onAccepted(incidentDoc("i-1"), warning("i-1"), true);

  expect(failures).toHaveLength(2);
  expect(heard).toHaveLength(1);
});

test.each(["set-draining", "ec2", "DescribeInstances", "eu-west-1", "SK-LEDGER-FULL", "x"])(
  "%s is a label",
  (value) => {
    expect(createLabel()(value)).toBe(value);
  },
);

test.each(["i-0abc12345", "terminate i-0abc12345", "arn:aws:ec2:::x", "lt-0123456789abcdef0", "", "x".repeat(65)])(
  "%j is no label",
  (value) => {
    expect(createLabel()(value)).toBe("other");
  },
);

test("many who ask at once read the ledger once; later ones read it again", async () => {
  let now = T0;
  let lists = 0;
  const ledger = {
    list: () => {
      lists++;
      now += 100; // a slow one
      return Promise.resolve({ items: [incidentDoc("i-1")] });
    },
    unarchived: () => Promise.resolve({ items: [] }),
    load: () => Promise.resolve(null),
  };
  const live = createLiveList(ledger, { now: () => now, sleep: () => Promise.resolve(), setTimer: () => () => {} });
  await Promise.all([live.read(), live.read(), live.read()]);
  now += 999;
  await live.read();
  expect(lists).toBe(1);

  now += 1;
  expect([...(await live.read()).keys()]).toEqual(["incident#i-1#1"]);
  expect(lists).toBe(2);
});

test("a failed reading is not kept", async () => {
  let away = true;
  const list = () => (away ? Promise.reject(new Error("away")) : Promise.resolve({ items: [] }));
  const ledger = { list, unarchived: () => Promise.resolve({ items: [] }), load: () => Promise.resolve(null) };
  const live = createLiveList(ledger, { now: () => T0, sleep: () => Promise.resolve(), setTimer: () => () => {} });
  await expect(live.read()).rejects.toThrow("away");
  away = false;
  expect(await live.read()).toEqual(new Map());
});

test("lists all pages of alerts, newest first, with what each channel was told, and no receipts", async () => {
  await using setting = await startShow();
  const many = Array.from({ length: 120 }, (_, n) => alertDoc(`web-${n}`, { openedAt: T0 + n }));
  await setting.ledger.commit([...many, alertDoc("settled", { openedAt: T0 - 1 }, null)], []);

  const all = await expectAsDocumented(setting.show.url, "get", "/api/v1/alerts", await setting.get("/api/v1/alerts"));
  const { items } = all as { items: { key: string; open: boolean }[] };

  expect(items).toHaveLength(121);
  expect(items[0]).toMatchObject({
    key: "alert#web-119",
    open: true,
    cluster: "prod",
    group: null,
    sends: [{ channel: "sns", state: "sent", attempts: 1, retryAt: null, reason: null }],
  });
  expect(JSON.stringify(items)).not.toContain("secret");
  const settled = (await (await setting.get("/api/v1/alerts?open=false")).json()) as object;
  expect(settled).toMatchObject({ items: [{ key: "alert#settled" }] });
});
