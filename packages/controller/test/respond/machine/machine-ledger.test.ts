import { holdDuring, virtualClock, type VirtualClock } from "@spotkeeper/simulator";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Doc } from "../../../src/model/doc.ts";
import type { Key } from "../../../src/model/key.ts";
import type { Ledger } from "../../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../../src/record/ledger/sqlite.ts";
import { advanceDoc } from "../../../src/respond/machine/machine.ts";
import type { Result } from "../../../src/respond/responder.ts";
import { SECOND, T0, warning } from "../../correlate/support.ts";
import { serviceDoc } from "../../record/support/samples.ts";
import { mergePlan } from "../../../src/respond/machine/steps.ts";
import { SpotkeeperError } from "../../../src/errors.ts";
import { NO_LIMITS } from "../../../src/advance-limits.ts";
import { scripted } from "./scripted.ts";
import { planned } from "../support.ts";

let clock: VirtualClock;
let ledger: Ledger;
/** What was asked of the ledger, in order. */
let asked: string[];

beforeEach(() => {
  clock = virtualClock(T0);
  asked = [];
  ledger = new Proxy(holdDuring(clock, openSqliteLedger({ file: ":memory:", clock })), {
    get(target, name) {
      asked.push(String(name));
      return Reflect.get(target, name) as unknown;
    },
  });
});
afterEach(() => ledger.close());

const done: Result = { is: "done", receipt: null };
const settle = <T>(promise: Promise<T>): Promise<T> => clock.runUntilSettled(promise);
const opened = async (): Promise<Key> => (await settle(ledger.accept(warning(0), clock.now())))!.doc.key;

/** The service's record with one more that it is held for. */
const counted = (held: Doc<"service"> | null): Doc<"service"> => {
  const doc = held ?? serviceDoc("web");
  return { ...doc, body: { ...doc.body, until: (doc.body.until ?? 0) + 1 } };
};

test("two steps that write to one document at one moment are both seen to their end, and it has what both wrote", async () => {
  const key = await opened();
  const { deps } = scripted(clock, ledger, {
    plan: [planned("one"), planned("two"), planned("three")],
    run: async () => {
      const writes = [counted(await ledger.load("service#web", "service"))];
      await clock.sleep(SECOND);
      return { ...done, also: { writes } };
    },
  });
  await settle(advanceDoc(deps, key, "incident", NO_LIMITS));
  const incident = await settle(ledger.load(key, "incident"));
  expect(incident?.body.steps.map(({ id, state }) => [id, state])).toEqual([
    ["one", "done"],
    ["two", "done"],
    ["three", "done"],
  ]);
  // What two write in the same words is written once.
  expect((await settle(ledger.load("service#web", "service")))?.body.until).toBe(1);
});

test("a step that writes otherwise what another has written runs again on it", async () => {
  const key = await opened();
  const { deps, ran } = scripted(clock, ledger, {
    plan: [planned("one"), planned("two")],
    run: async (step) => {
      const doc = counted(await ledger.load("service#web", "service"));
      await clock.sleep(SECOND);
      return { ...done, also: { writes: [{ ...doc, tags: [...doc.tags, step.id] }] } };
    },
  });
  await settle(advanceDoc(deps, key, "incident", NO_LIMITS));
  expect(ran).toEqual(["one", "two", "two"]);
  expect(await settle(ledger.load("service#web", "service"))).toMatchObject({
    tags: ["one", "two"],
    body: { until: 2 },
  });
});

test("a step that relies on what another writes runs again on it, and one that only relies goes along", async () => {
  const key = await opened();
  const { deps, ran } = scripted(clock, ledger, {
    plan: [planned("write"), planned("rely"), planned("rely-too")],
    run: async (step) => {
      const held = await ledger.load("service#web", "service");
      const other = { key: "service#other", version: 0 };
      await clock.sleep(SECOND);
      if (step.id === "rely-too") return { ...done, also: { writes: [], unchanged: [other] } };
      if (step.id === "write") return { ...done, also: { writes: [counted(held)], unchanged: [other] } };
      return { ...done, also: { writes: [], unchanged: [{ key: "service#web", version: held?.version ?? 0 }] } };
    },
  });
  await settle(advanceDoc(deps, key, "incident", NO_LIMITS));
  expect(ran).toEqual(["write", "rely", "rely-too", "rely"]);
});

test("while a step runs long, the takeover delay is renewed without writing the document again", async () => {
  const key = await opened();
  const { deps } = scripted(clock, ledger, {
    plan: [planned("slow")],
    run: async () => {
      await clock.sleep(60 * SECOND);
      return done;
    },
  });
  asked = [];
  await settle(advanceDoc(deps, key, "incident", NO_LIMITS));
  const count = (name: string): number => asked.filter((one) => one === name).length;
  expect(count("touch")).toBeGreaterThan(15);
  // The plan with the first renewal, and the result.
  expect(count("commit")).toBe(2);
});

test("of two workers that sweep a document which was left, one goes on with it", async () => {
  const key = await opened();
  await clock.runUntil(T0 + 20 * SECOND);
  const workers = [0, 1].map(() =>
    scripted(clock, ledger, {
      plan: [planned("a")],
      run: async () => {
        await clock.sleep(SECOND);
        return done;
      },
    }),
  );
  await settle(Promise.all(workers.map(({ deps }) => advanceDoc(deps, key, "incident", NO_LIMITS))));
  expect(workers.flatMap(({ ran }) => ran)).toEqual(["a"]);
  expect((await settle(ledger.load(key, "incident")))?.body.steps[0]?.state).toBe("done");
});

test("the ledger is away: what is planned only by what another step has shown is done once", async () => {
  const key = await opened();
  let away = false;
  const flaky: Ledger = {
    ...ledger,
    load: (...args) => ledger.load(...args),
    commit: (...args) =>
      away ? Promise.reject(new SpotkeeperError("SK-LEDGER-FULL", "the disk is full")) : ledger.commit(...args),
    touch: (...args) =>
      away ? Promise.reject(new SpotkeeperError("SK-LEDGER-FULL", "the disk is full")) : ledger.touch(...args),
  };
  const { deps, ran } = scripted(clock, flaky, {
    plan: [planned("seen")],
    run: async () => {
      away = true;
      await clock.sleep(SECOND);
      return done;
    },
  });
  /** As what is owed once a notice has been called off: no plan has it before. */
  const refresh: typeof deps.refresh = (doc, now) => {
    const made = deps.refresh(doc, now);
    const { steps } = made.doc.body;
    if (!steps.some(({ id, state }) => id === "seen" && state === "done")) return made;
    const all = mergePlan(steps, [planned("seen"), planned("undo", { after: ["seen"] })], now);
    return { ...made, doc: { ...made.doc, body: { ...made.doc.body, steps: all } } };
  };
  const running = advanceDoc({ ...deps, refresh }, key, "incident", NO_LIMITS);
  await clock.runUntil(T0 + 30 * SECOND);
  expect(ran).toEqual(["seen", "undo"]);
  away = false;
  await settle(running);
  expect((await settle(ledger.load(key, "incident")))?.body.steps.map(({ id, state }) => [id, state])).toEqual([
    ["seen", "done"],
    ["undo", "done"],
  ]);
});
