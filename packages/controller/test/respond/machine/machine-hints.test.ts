import { holdDuring, virtualClock, type VirtualClock } from "@spotkeeper/simulator";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Doc } from "../../../src/model/doc.ts";
import type { Key } from "../../../src/model/key.ts";
import type { Ledger } from "../../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../../src/record/ledger/sqlite.ts";
import { newGroup } from "../../../src/respond/group/document.ts";
import { advanceDoc, type MachineDeps } from "../../../src/respond/machine/machine.ts";
import type { Result } from "../../../src/respond/responder.ts";
import { NO_LIMITS } from "../../../src/advance-limits.ts";
import { SECOND, T0, warning } from "../../correlate/support.ts";
import { scripted } from "./scripted.ts";
import { planned } from "../support.ts";

let clock: VirtualClock;
let ledger: Ledger;

beforeEach(() => {
  clock = virtualClock(T0);
  ledger = holdDuring(clock, openSqliteLedger({ file: ":memory:", clock }));
});
afterEach(() => ledger.close());

const done: Result = { is: "done", receipt: null };
const settle = <T>(promise: Promise<T>): Promise<T> => clock.runUntilSettled(promise);
const open = async (): Promise<Key> => (await settle(ledger.accept(warning(0), clock.now())))!.doc.key;
const stored = async (key: Key): Promise<Doc<"incident">> => (await settle(ledger.load(key, "incident")))!;

describe("hints", () => {
  const elsewhere = (key: Key): Doc<"group"> => ({
    ...newGroup({ account: null, region: "us-east-1", name: "web" }),
    key,
    wakeAt: T0 + 7 * SECOND,
  });

  test("are sent before the commit, for the document and for what a step writes elsewhere", async () => {
    const key = await open();
    const order: string[] = [];
    const { deps } = scripted(clock, ledger, {
      plan: [planned("a")],
      run: async () => ({ ...done, also: { writes: [elsewhere("group#web")], journal: [] } }),
    });
    const wake: typeof deps.wake = {
      async at(one) {
        await clock.sleep(SECOND);
        order.push(`hint of ${one}`);
      },
    };
    const noting: MachineDeps<"incident">["ledger"] = {
      load: (...args) => ledger.load(...args),
      touch: (...args) => ledger.touch(...args),
      commit: (writes, ...rest) => {
        order.push(`commit of ${writes.map((doc) => doc.key).join(" and ")}`);
        return ledger.commit(writes, ...rest);
      },
    };
    await settle(advanceDoc({ ...deps, wake, ledger: noting }, key, "incident", NO_LIMITS));
    const committed = order.indexOf(`commit of ${key} and group#web`);
    expect(committed).toBeGreaterThan(0);
    expect(order.slice(0, committed)).toContain("hint of group#web");
  });

  test("that cannot be sent: nothing is written, what is safe goes on, and all is written once they can", async () => {
    const key = await open();
    let away = true;
    const { deps, ran } = scripted(clock, ledger, {
      plan: [planned("drain"), planned("wait", { after: ["drain"] }), planned("guarded", { after: ["drain"] })],
      unsafe: ["guarded"],
      run: async () => {
        await clock.sleep(SECOND);
        return done;
      },
    });
    const wake = { at: (): Promise<void> => (away ? Promise.reject(new Error("no queue")) : Promise.resolve()) };
    const running = advanceDoc({ ...deps, wake }, key, "incident", NO_LIMITS);
    await clock.runUntil(T0 + 20 * SECOND);
    expect(ran).toEqual(["drain", "wait"]);
    expect((await stored(key)).version).toBe(1);
    away = false;
    await settle(running);
    expect(ran).toContain("guarded");
    expect((await stored(key)).body.steps.map((step) => step.state)).toEqual(["done", "done", "done"]);
  });
});

test("at its deadline nothing more is begun or waited for, and a hint brings the document back", async () => {
  const key = await open();
  const { deps, ran, woken } = scripted(clock, ledger, {
    plan: [planned("slow"), planned("quick"), planned("after-slow", { after: ["slow"] })],
    run: async (step) => {
      if (step.id === "slow") await clock.sleep(30 * SECOND);
      return done;
    },
  });
  const until = T0 + 10 * SECOND;
  await settle(advanceDoc(deps, key, "incident", { ...NO_LIMITS, until }));
  expect(clock.now()).toBe(until);
  expect(ran).toEqual(["slow", "quick"]);
  expect(woken.at(-1)).toEqual([key, until]);
  await clock.runUntil(T0 + 60 * SECOND);
  await settle(advanceDoc(deps, key, "incident", NO_LIMITS));
  expect((await stored(key)).body.steps.map((step) => step.state)).toEqual(["done", "done", "done"]);
});

describe("a command that must not run twice", () => {
  const command = { plan: [planned("quick"), planned("command", { after: ["quick"] })], unsafe: ["command"] };
  const takes = async (ms: number): Promise<Result> => {
    await clock.sleep(ms);
    return done;
  };

  test("runs, although the deadline passes while it is stored that it is to run", async () => {
    const key = await open();
    const { deps, ran } = scripted(clock, ledger, { ...command, run: () => takes(SECOND) });
    const slow: typeof deps.ledger = {
      load: (...args) => ledger.load(...args),
      touch: (...args) => ledger.touch(...args),
      async commit(...args) {
        await clock.sleep(5 * SECOND);
        return ledger.commit(...args);
      },
    };
    await settle(advanceDoc({ ...deps, ledger: slow }, key, "incident", { ...NO_LIMITS, until: T0 + 4 * SECOND }));
    expect((await stored(key)).body.steps.map(({ id, state }) => [id, state])).toContainEqual(["command", "intended"]);
    expect(ran).toEqual(["quick", "command"]);
  });

  test("is not stored as to run after the deadline, so that another call runs it", async () => {
    const key = await open();
    const { deps, ran } = scripted(clock, ledger, { ...command, run: () => takes(4 * SECOND) });
    await settle(advanceDoc(deps, key, "incident", { ...NO_LIMITS, until: T0 + 4 * SECOND }));
    const { body, wakeAt } = await stored(key);
    expect(body.steps.map(({ state }) => state)).toEqual(["done", "waiting"]);
    expect(wakeAt).toBe(T0 + 4 * SECOND);
    expect(ran).toEqual(["quick"]);
    await settle(advanceDoc(deps, key, "incident", NO_LIMITS));
    expect(ran).toEqual(["quick", "command"]);
  });
});
