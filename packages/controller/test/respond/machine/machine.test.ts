import { holdDuring, virtualClock, type VirtualClock } from "@spotkeeper/simulator";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Doc } from "../../../src/model/doc.ts";
import type { Key } from "../../../src/model/key.ts";
import type { Ledger } from "../../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../../src/record/ledger/sqlite.ts";
import { SpotkeeperError } from "../../../src/errors.ts";
import { takeoverDelayOf } from "../../../src/respond/machine/takeover-delay.ts";
import { advanceDoc } from "../../../src/respond/machine/machine.ts";
import type { Result } from "../../../src/respond/responder.ts";
import { SECOND, T0, warning } from "../../correlate/support.ts";
import { NO_LIMITS } from "../../../src/advance-limits.ts";
import { type Script, type Scripted, scripted } from "./scripted.ts";
import { planned } from "../support.ts";

let clock: VirtualClock;
let ledger: Ledger;

beforeEach(() => {
  clock = virtualClock(T0);
  ledger = holdDuring(clock, openSqliteLedger({ file: ":memory:", clock }));
});
afterEach(() => ledger.close());

const done: Result = { is: "done", receipt: null };

/** A worker of its own: what it ran, and when. */
const worker = (script: Script): Scripted => scripted(clock, ledger, script);

async function open(): Promise<Key> {
  const accepted = await settle(ledger.accept(warning(0), clock.now()));
  return accepted!.doc.key;
}
const settle = <T>(promise: Promise<T>): Promise<T> => clock.runUntilSettled(promise);
const stored = async (key: Key): Promise<Doc<"incident">> => (await settle(ledger.load(key, "incident")))!;

test("a quick step is not kept waiting by a slow one: what follows it runs meanwhile", async () => {
  const key = await open();
  const { deps, ran } = worker({
    plan: [planned("slow"), planned("quick"), planned("after-quick", { after: ["quick"] })],
    run: async (step) => {
      if (step.id === "slow") await clock.sleep(30 * SECOND);
      return done;
    },
  });
  await settle(advanceDoc(deps, key, "incident", NO_LIMITS));
  expect(ran).toEqual(["slow", "quick", "after-quick"]);
  const { steps } = (await stored(key)).body;
  expect(steps.map((step) => [step.id, step.state, step.settledAt! - T0])).toEqual([
    ["slow", "done", 30_000],
    ["quick", "done", 0],
    ["after-quick", "done", 0],
  ]);
});

test("safe steps run before anything is written; others are stored as intended first", async () => {
  const key = await open();
  const seen: Record<string, string | undefined> = {};
  const look = (unsafe: readonly string[]): Script => ({
    plan: [planned("a")],
    unsafe,
    run: async (step) => {
      seen[unsafe.join()] = (await ledger.load(key, "incident"))?.body.steps.find((one) => one.id === step.id)?.state;
      return done;
    },
  });
  await settle(advanceDoc(worker(look(["a"])).deps, key, "incident", NO_LIMITS));
  expect(seen["a"]).toBe("intended");
});

test("after each result it is planned once, by what the result has shown", async () => {
  const key = await open();
  const plan = [planned("a"), planned("b", { after: ["a"] }), planned("c", { after: ["b"] })];
  const { deps, ran } = worker({ plan, unsafe: ["a", "b", "c"], run: async () => done });
  let times = 0;
  const refresh: typeof deps.refresh = (doc, now) => {
    times += 1;
    return deps.refresh(doc, now);
  };
  await settle(advanceDoc({ ...deps, refresh }, key, "incident", NO_LIMITS));
  expect(ran).toEqual(["a", "b", "c"]);
  expect(times).toBe(1 + ran.length);
});

test("while a step runs long, the takeover delay keeps others away, and is renewed", async () => {
  const key = await open();
  const { deps } = worker({
    plan: [planned("slow")],
    run: async () => {
      await clock.sleep(20 * SECOND);
      return done;
    },
  });
  const running = advanceDoc(deps, key, "incident", NO_LIMITS);
  await clock.runUntil(T0 + 13 * SECOND);
  const doc = await stored(key);
  expect(doc.wakeAt).toBeGreaterThan(clock.now());
  expect(doc.wakeAt).toBeLessThanOrEqual(clock.now() + 5 * SECOND);
  await settle(running);
});

test("in a storm guards are renewed less often, so that renewing does not take all that the ledger writes", () => {
  expect([1, 2_500, 2_501, 15_000].map(takeoverDelayOf)).toEqual([5_000, 5_000, 5_002, 30_000]);
});

test("beside a slow step, another is repeated at its time, however seldom guards are renewed", async () => {
  const key = await open();
  const at: number[] = [];
  const { deps } = worker({
    plan: [planned("slow"), planned("poll")],
    run: async (step) => {
      if (step.id === "slow") await clock.sleep(20 * SECOND);
      else at.push(clock.now() - T0);
      return step.id === "slow" || at.length === 3
        ? done
        : { is: "wait", until: clock.now() + 3 * SECOND, reason: "-" };
    },
  });
  await settle(advanceDoc({ ...deps, takeoverDelay: () => 60 * SECOND }, key, "incident", NO_LIMITS));
  expect(at).toEqual([0, 3 * SECOND, 6 * SECOND]);
});

test("two workers, one incident: both may repeat what is safe, one alone does what is not, no receipt is lost", async () => {
  const key = await open();
  const script: Script = {
    plan: [planned("safe"), planned("guarded", { after: ["safe"] })],
    unsafe: ["guarded"],
    run: async () => {
      await clock.sleep(100);
      return done;
    },
  };
  const [a, b] = [worker(script), worker(script)];
  await settle(
    Promise.all([advanceDoc(a.deps, key, "incident", NO_LIMITS), advanceDoc(b.deps, key, "incident", NO_LIMITS)]),
  );
  expect([...a.ran, ...b.ran].filter((id) => id === "guarded")).toHaveLength(1);
  expect((await stored(key)).body.steps.map((step) => step.state)).toEqual(["done", "done"]);
});

test("two workers find a step that nobody heard of again: one alone repeats it", async () => {
  const key = await open();
  const plan = [planned("guarded")];
  const dying = worker({ plan, unsafe: ["guarded"], run: () => new Promise(() => {}) });
  await settle(advanceDoc(dying.deps, key, "incident", { ...NO_LIMITS, until: T0 + SECOND }));
  const script: Script = {
    plan,
    unsafe: ["guarded"],
    run: async () => {
      await clock.sleep(SECOND);
      return done;
    },
  };
  // Nothing is due yet: by the document, one looks again as soon as the call must be over.
  await clock.runUntil(T0 + 6 * SECOND);
  const early = worker(script);
  await settle(advanceDoc(early.deps, key, "incident", NO_LIMITS));
  const { wakeAt } = await stored(key);
  expect([early.ran, wakeAt]).toEqual([[], T0 + 10 * SECOND]);
  await clock.runUntil(T0 + 10 * SECOND);
  const both = [worker(script), worker(script)];
  await settle(Promise.all(both.map(({ deps }) => advanceDoc(deps, key, "incident", NO_LIMITS))));
  expect(both.flatMap(({ ran }) => ran)).toEqual(["guarded"]);
  expect((await stored(key)).body.steps[0]?.state).toBe("done");
});

test("a signal that comes while a step runs is seen at once, and its version is not overwritten", async () => {
  const key = await open();
  let wakeAgain = (): void => {};
  const limits = {
    nextWakeUp: (): Promise<void> => new Promise<void>((resolve) => (wakeAgain = resolve)),
    until: Infinity,
  };
  const { deps } = worker({
    plan: [planned("slow")],
    run: async () => {
      await clock.sleep(3 * SECOND);
      return done;
    },
  });
  const running = advanceDoc(deps, key, "incident", limits);
  await clock.runUntil(T0 + SECOND);
  await settle(ledger.accept(warning(0, { availabilityZone: "us-east-1c" }), clock.now()));
  const before = await settle(
    ledger.accept({ ...warning(0), at: T0 + 500, availabilityZone: "us-east-1c" }, clock.now()),
  );
  wakeAgain();
  await settle(running);
  const doc = await stored(key);
  expect(before).not.toBeNull();
  expect(doc.body.signalCount).toBe(before!.doc.body.signalCount);
  expect(doc.body.steps[0]?.state).toBe("done");
});

describe("waits", () => {
  test("the document is due when the first step is, and the wake comes before the commit", async () => {
    const key = await open();
    const { deps, woken } = worker({
      plan: [planned("poll")],
      run: () => Promise.resolve({ is: "wait", until: clock.now() + 7_000, reason: "not yet" }),
    });
    await settle(advanceDoc(deps, key, "incident", NO_LIMITS));
    expect((await stored(key)).wakeAt).toBe(T0 + 7_000);
    expect(woken.at(-1)).toEqual([key, T0 + 7_000]);
  });
});

test("results that belong to another document are decided again when that one has changed", async () => {
  const key = await open();
  const service = (version: number, heldFor: Key | null): Doc => ({
    kind: "service",
    key: "service#x",
    schema: 1,
    version,
    wakeAt: null,
    tags: [],
    body: { heldFor, until: null },
  });
  let tries = 0;
  const { deps, ran } = worker({
    plan: [planned("hold")],
    run: async () => {
      const held = await ledger.load("service#x", "service");
      tries++;
      // Somebody else takes it between our look and our commit.
      if (tries === 1) await ledger.commit([service(0, "incident#other#1")], []);
      if (held !== null) return { is: "done", receipt: "taken" };
      return { is: "done", receipt: "mine", also: { writes: [service(0, key)] } };
    },
  });
  await settle(advanceDoc(deps, key, "incident", NO_LIMITS));
  expect(ran).toEqual(["hold", "hold"]);
  expect((await stored(key)).body.steps[0]?.receipt).toBe("taken");
  expect((await settle(ledger.load("service#x", "service")))?.body.heldFor).toBe("incident#other#1");
});

test("what a step that another worker has settled would write to other documents is void", async () => {
  const key = await open();
  const body = { heldFor: key, until: null };
  const orphan = { kind: "service", key: "service#x", schema: 1, version: 0, wakeAt: null, tags: [], body } as const;
  const plan = [planned("quick"), planned("join")];
  const slow = worker({
    plan,
    run: async (step) => {
      await clock.sleep(step.id === "quick" ? SECOND : 3 * SECOND);
      return step.id === "quick" ? done : { is: "done", receipt: "late", also: { writes: [orphan] } };
    },
  });
  const running = advanceDoc(slow.deps, key, "incident", NO_LIMITS);
  await settle(advanceDoc(worker({ plan, run: async () => done }).deps, key, "incident", NO_LIMITS));
  await settle(running);
  expect(slow.ran).toEqual(["quick", "join"]);
  expect((await stored(key)).body.steps.map(({ receipt }) => receipt)).toEqual([null, null]);
  expect(await settle(ledger.load("service#x", "service"))).toBeNull();
});

test("the ledger goes away while steps run: what is safe goes on to its end, and all is written when it is back", async () => {
  const key = await open();
  let away = false;
  const flaky: Ledger = {
    ...ledger,
    load: (...args) => ledger.load(...args),
    commit: (...args) =>
      away ? Promise.reject(new SpotkeeperError("SK-LEDGER-FULL", "the disk is full")) : ledger.commit(...args),
  };
  const { deps, ran } = worker({
    plan: [
      planned("drain"),
      planned("wait", { after: ["drain"] }),
      planned("complete", { after: ["wait"] }),
      planned("guarded", { after: ["drain"] }),
    ],
    unsafe: ["guarded"],
    run: async (step) => {
      if (step.id === "drain") away = true;
      await clock.sleep(2 * SECOND);
      if (step.id === "wait" && clock.now() < T0 + 20 * SECOND)
        return { is: "wait", until: clock.now() + SECOND, reason: "not yet" };
      return done;
    },
  });
  const running = advanceDoc({ ...deps, ledger: flaky }, key, "incident", NO_LIMITS);
  await clock.runUntil(T0 + 40 * SECOND);
  expect(new Set(ran)).toEqual(new Set(["drain", "wait", "complete"]));
  away = false;
  await settle(running);
  expect(ran).toContain("guarded");
  expect((await stored(key)).body.steps.map((step) => [step.id, step.state])).toEqual([
    ["drain", "done"],
    ["wait", "done"],
    ["complete", "done"],
    ["guarded", "done"],
  ]);
});
