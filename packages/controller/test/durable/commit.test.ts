import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commitAtLast, type CommitDeps, commitOver, MOST_CONFLICTS } from "../../src/durable/commit.ts";
import { SpotkeeperError } from "../../src/errors.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { type TestClock, testClock } from "../enrich/support/clock.ts";
import { serviceDoc } from "../record/support/samples.ts";

const WEB = { key: "service#web", kind: "service" } as const;
const AWAY = new SpotkeeperError("SK-LEDGER-FULL", "the disk is full");

let clock: TestClock;
let ledger: Ledger;
/** Hints, commits and what was heard of them, in order. */
let order: string[];
beforeEach(() => {
  clock = testClock();
  ledger = openSqliteLedger({ file: ":memory:", clock });
  order = [];
});
afterEach(() => ledger.close());

const depsOf = (more: Partial<Ledger> = {}): CommitDeps<"service"> => ({
  ledger: {
    load: (...args) => ledger.load(...args),
    touch: (...args) => ledger.touch(...args),
    commit: (...args) => {
      order.push("commit");
      return ledger.commit(...args);
    },
    ...more,
  },
  wake: { at: (key, when) => Promise.resolve(void order.push(`hint of ${key} for ${when}`)) },
  onEntries: (_doc, entries) => void order.push(`heard of ${entries.length}`),
});

/** The service's document with one more counted. */
const more = (found: Doc<"service"> | null): Doc<"service"> => {
  const doc = found ?? serviceDoc("web");
  return { ...doc, wakeAt: 7, body: { ...doc.body, until: (doc.body.until ?? 0) + 1 } };
};
const count = async (): Promise<number | null> => (await ledger.load(WEB.key, "service"))?.body.until ?? null;
const add = (found: Doc<"service"> | null) => {
  const doc = more(found);
  return { change: { doc, entries: [], wakeUps: [doc] } };
};

describe("a change is committed", () => {
  test("after its hints; then it is told, with the version that is stored", async () => {
    const committed = await commitOver(depsOf(), WEB, add);
    expect(order).toEqual(["hint of service#web for 7", "commit", "heard of 0"]);
    expect(committed).toMatchObject({ is: "stored", doc: { version: 1 } });
    expect(await ledger.load(WEB.key, "service")).toEqual("doc" in committed ? committed.doc : null);
  });

  test("by a touch where only its time has changed, which nobody hears of", async () => {
    await commitOver(depsOf(), WEB, add);
    order = [];
    const later = await commitOver(depsOf(), WEB, (found) => {
      const doc = { ...more(found), body: found?.body ?? serviceDoc("web").body, wakeAt: 9 };
      return { change: { doc, entries: [], onlyWakes: true, wakeUps: [doc] } };
    });
    expect(later).toMatchObject({ is: "stored", doc: { version: 2, wakeAt: 9 } });
    expect(order).toEqual(["hint of service#web for 9"]);
    expect(await ledger.load(WEB.key, "service")).toMatchObject({ version: 2, wakeAt: 9 });
  });

  test("or nothing is, where nothing is to be written or it is void", async () => {
    await commitOver(depsOf(), WEB, add);
    order = [];
    expect(await commitOver(depsOf(), WEB, () => ({ change: null }))).toMatchObject({ is: "nothing" });
    expect(await commitOver(depsOf(), WEB, () => null)).toEqual({ is: "void" });
    expect(order).toEqual([]);
  });
});

describe("on a conflict", () => {
  test("it is made again of what is there: of many at once none is lost", async () => {
    await Promise.all(Array.from({ length: MOST_CONFLICTS }, () => commitOver(depsOf(), WEB, add)));
    expect(await count()).toBe(MOST_CONFLICTS);
  });

  test("it is told why, and it ends after so many", async () => {
    const asked: unknown[] = [];
    const deps = depsOf({ commit: () => Promise.resolve("conflict") });
    const committed = await commitOver(deps, { ...WEB, base: null }, (found, again) => {
      asked.push(again);
      return add(found);
    });
    expect(committed).toEqual({ is: "contended", base: null });
    expect(asked).toEqual([null, ...Array.from({ length: MOST_CONFLICTS - 1 }, () => "conflict")]);
  });
});

test("a second document that is too large: it is made again without it, and one alone that is too large is told", async () => {
  const large = new SpotkeeperError("SK-LEDGER-TOO-LARGE", "it is too large");
  const deps = depsOf({
    commit: (writes, ...rest) => (writes.length > 1 ? Promise.reject(large) : ledger.commit(writes, ...rest)),
  });
  const committed = await commitOver(deps, WEB, (found, again) => {
    const { change } = add(found);
    return { change: { ...change, writes: again === "too-large" ? [] : [serviceDoc("other")] } };
  });
  expect(committed).toMatchObject({ is: "stored" });
  await expect(commitOver(depsOf({ commit: () => Promise.reject(large) }), WEB, add)).rejects.toBe(large);
});

describe("unavailable is", () => {
  const away = (): Promise<never> => Promise.reject(AWAY);
  test.each([
    ["a ledger that cannot be read", () => depsOf({ load: away })],
    ["a ledger that does not write", () => depsOf({ commit: away })],
    [
      "a hint that cannot be sent: then nothing is written",
      () => ({ ...depsOf({ commit: () => Promise.reject(new Error("it was written")) }), wake: { at: away } }),
    ],
  ])("%s", async (_, deps) => {
    expect(await commitOver(deps(), WEB, add)).toMatchObject({ is: "unavailable", error: AWAY });
  });

  test("told with the document as it was loaded, so that handling goes on with it", async () => {
    const base = serviceDoc("web");
    expect(await commitOver(depsOf({ commit: away }), { ...WEB, base }, add)).toMatchObject({
      is: "unavailable",
      base,
    });
    const conflict = depsOf({ commit: () => Promise.resolve("conflict"), load: away });
    expect(await commitOver(conflict, { ...WEB, base }, add)).toMatchObject({ is: "unavailable", base, made: null });
  });

  test("not what is wrong with the change", async () => {
    const invalid = new SpotkeeperError("SK-LEDGER-INVALID", "no");
    await expect(commitOver(depsOf({ commit: () => Promise.reject(invalid) }), WEB, add)).rejects.toBe(invalid);
  });
});

describe("what has happened", () => {
  test("is written when the ledger is back, on what is there by then", async () => {
    const back = clock.now() + 60_000;
    const deps = depsOf({
      commit: (...args) => (clock.now() < back ? Promise.reject(AWAY) : ledger.commit(...args)),
    });
    const at: number[] = [];
    const committed = await clock.settle(
      commitAtLast({ ...deps, clock }, WEB, (found) => {
        at.push(clock.now());
        return add(found);
      }),
    );
    expect(committed).toMatchObject({ is: "stored" });
    expect(at).toHaveLength(61);
    expect(await count()).toBe(1);
  });

  test("is written at last where others write first for a while, and not tried for ever", async () => {
    let first = 2 * MOST_CONFLICTS;
    const commit: Ledger["commit"] = () => Promise.resolve(first-- > 0 ? "conflict" : []);
    const deps = { ...depsOf({ commit, load: () => Promise.resolve(null) }), clock };
    expect(await clock.settle(commitAtLast(deps, WEB, add))).toMatchObject({ is: "stored" });
    first = Infinity;
    const began = clock.now();
    expect(await clock.settle(commitAtLast(deps, WEB, add))).toMatchObject({ is: "contended" });
    expect(clock.now() - began).toBeGreaterThan(8 * 60_000);
  });

  test("is told in the end where the ledger stays away", async () => {
    const writing = commitAtLast({ ...depsOf({ commit: () => Promise.reject(AWAY) }), clock }, WEB, add);
    await expect(clock.settle(writing)).rejects.toBe(AWAY);
  });
});
