import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Doc } from "../../../src/model/doc.ts";
import type { Ledger } from "../../../src/record/ledger/ledger.ts";
import type { Contract, LedgerFixture } from "./fixture.ts";
import { note, serviceDoc } from "../support/samples.ts";

/** More writes than the commit below makes in any store. */
const MOST_WRITES = 40;

/** What is stored of one commit over three documents: of each its version, its tags, and what the journal says. */
async function stateOf(ledger: Ledger, fixture: LedgerFixture, round: number): Promise<unknown> {
  await fixture.settle();
  const keysOf = async (tag: string): Promise<readonly string[]> =>
    (await ledger.list(`${tag}#${round}`)).items.map(({ key }) => key).toSorted();
  const state: unknown[] = [await keysOf("before"), await keysOf("after")];
  for (const name of ["a", "b", "new"]) {
    const key = `service#${name}-${round}`;
    const doc = await ledger.load(key, "service");
    state.push([doc?.version ?? 0, doc?.body.until ?? null, (await ledger.history(key)).items.map(({ text }) => text)]);
  }
  return state;
}

/**
 * Breaks the store off after each number of writes that one commit can have made: what is stored then is all of it or
 * nothing. Rejects for a store that is broken off in the midst.
 */
export async function provesAtomicity(ledger: Ledger, fixture: LedgerFixture): Promise<void> {
  const seen = new Set<string>();
  for (let writes = 0; writes < MOST_WRITES; writes++) {
    const doc = (name: string): Doc<"service"> => serviceDoc(`${name}-${writes}`, { tags: [`before#${writes}`] });
    const made = await ledger.commit([doc("a"), doc("b")], []);
    if (made === "conflict") throw new Error("Nobody else writes");
    const next = [...made, doc("new")].map((one) => ({
      ...(one as Doc<"service">),
      tags: [`after#${writes}`],
      body: { heldFor: null, until: 1 },
    }));
    const before = await stateOf(ledger, fixture, writes);
    fixture.failAfter(writes);
    const result = await ledger
      .commit(
        next,
        next.flatMap(({ key }) => [note(key, "one"), note(key, "two")]),
      )
      .catch(() => "failed" as const);
    fixture.failAfter(null);
    const after = await stateOf(ledger, fixture, writes);
    const keys = ["a", "b", "new"].map((name) => `service#${name}-${writes}`);
    const whole = [[], keys, ...[2, 2, 1].map((version) => [version, 1, ["one", "two"]])];
    expect(result).not.toBe("conflict");
    expect(after, `after ${writes} writes`).toEqual(result === "failed" && !isWhole(after, whole) ? before : whole);
    seen.add(result === "failed" ? "failed" : "stored");
    if (result !== "failed") break;
  }
  expect([...seen]).toEqual(["failed", "stored"]);
}

/** An answer can get lost after all was stored. */
const isWhole = (state: unknown, whole: unknown): boolean => JSON.stringify(state) === JSON.stringify(whole);

/**
 * Two clients write at once, each relying on what the other writes, and every second time over the same document too: one
 * of them at most is stored, and whole. Rejects for a store that compares first and writes later.
 */
export async function provesExclusion(one: Ledger, other: Ledger): Promise<void> {
  for (let round = 0; round < 30; round++) {
    const made = await one.commit(
      ["x", "y", "z"].map((name) => serviceDoc(`${name}-${round}`)),
      [],
    );
    if (made === "conflict") throw new Error("Nobody else writes");
    const [x, y, z] = made as readonly Doc<"service">[];
    if (x === undefined || y === undefined || z === undefined) throw new Error("Three were stored");
    const by = (doc: Doc<"service">, until: number): Doc<"service"> => ({ ...doc, body: { heldFor: null, until } });
    const seen = ({ key, version }: Doc): { key: string; version: number } => ({ key, version });
    const isShared = round % 2 === 1;
    const shared = (until: number): readonly Doc[] => (isShared ? [by(y, until)] : []);
    const results = await Promise.all([
      one.commit([by(x, 1), ...shared(1)], [note(x.key, "one")], [seen(z)]),
      other.commit([by(z, 2), ...shared(2)], [note(z.key, "two")], [seen(x)]),
    ]);
    const won = results.map((result) => result !== "conflict");
    const docs = await Promise.all([x, y, z].map(({ key }) => one.load(key, "service")));
    const writers = docs.map((doc) => (doc?.version === 1 ? 0 : (doc?.body.until ?? 0)));
    const expected = won[0] ? [1, isShared ? 1 : 0, 0] : won[1] ? [0, isShared ? 2 : 0, 2] : [0, 0, 0];
    expect(won[0] && won[1], `round ${round}: both were stored`).toBe(false);
    expect(writers).toEqual(expected);
    const told = await Promise.all([x, z].map(async ({ key }) => (await one.history(key)).items.length));
    expect(told).toEqual([won[0] ? 1 : 0, won[1] ? 1 : 0]);
  }
}

export function testAtomicity({ ledger, fixture, open }: Contract): void {
  describe("all or none", () => {
    test("a commit that is broken off after any of its writes is stored whole or not at all", async () => {
      await expect(provesAtomicity(ledger(), fixture())).resolves.toBeUndefined();
    });

    test("of two clients that write over the same documents one at most is stored", async () => {
      await expect(provesExclusion(ledger(), await open())).resolves.toBeUndefined();
    });

    test("two writers in any interleaving never lose an update", async () => {
      const other = await open();
      let round = 0;
      // Each writer reads, and only later commits what it read plus one, as its own turns come.
      const schedule = fc.array(fc.record({ writer: fc.nat(1), counter: fc.nat(2), commit: fc.boolean() }), {
        maxLength: 40,
      });
      await fc.assert(
        fc.asyncProperty(schedule, async (turns) => {
          round++;
          const won = [0, 0, 0];
          const held = new Map<string, Doc>();
          for (const { writer, counter, commit } of turns) {
            const client = writer === 0 ? ledger() : other;
            const key = `service#r${round}-${counter}`;
            const slot = `${writer}/${counter}`;
            const mine = held.get(slot);
            if (!commit || mine === undefined) {
              const read = await client.load(key, "service");
              held.set(slot, read ?? serviceDoc(`r${round}-${counter}`, { body: { heldFor: null, until: 0 } }));
              continue;
            }
            held.delete(slot);
            const until = (mine as Doc<"service">).body.until ?? 0;
            const next = { ...mine, body: { heldFor: null, until: until + 1 } } as Doc;
            if ((await client.commit([next], [])) !== "conflict") won[counter] = (won[counter] ?? 0) + 1;
          }
          for (const [counter, wins] of won.entries()) {
            const doc = await ledger().load(`service#r${round}-${counter}`, "service");
            expect(doc?.body.until ?? 0).toBe(wins);
            expect(doc?.version ?? 0).toBe(wins);
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}
