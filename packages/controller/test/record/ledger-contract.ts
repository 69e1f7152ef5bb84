import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Doc } from "../../src/model/doc.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { hook, incidentDoc, note, rebalance, serviceDoc, T0, warning } from "./support/samples.ts";

/** One empty store, and as many clients of it as a test opens. */
export interface LedgerFixture {
  open(): Ledger;
  remove(): Promise<void>;
}

/** What every driver must do. A driver's own test file calls this, and adds what only it does. */
export function testLedger(name: string, setUp: () => Promise<LedgerFixture>): void {
  describe(`ledger contract: ${name}`, () => {
    let fixture: LedgerFixture;
    let ledger: Ledger;
    const opened: Ledger[] = [];
    function open(): Ledger {
      const client = fixture.open();
      opened.push(client);
      return client;
    }
    beforeEach(async () => {
      fixture = await setUp();
      ledger = open();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((client) => client.close()));
      await fixture.remove();
    });

    async function stored(doc: Doc): Promise<Doc> {
      const result = await ledger.commit([doc], []);
      if (result === "conflict" || result[0] === undefined) throw new Error(`${doc.key} could not be stored`);
      return result[0];
    }

    describe("accept", () => {
      test("opens an incident with its journal, and a duplicate changes nothing", async () => {
        const first = await ledger.accept(warning("i-0a"), T0);
        const again = await ledger.accept(warning("i-0a"), T0 + 5);
        expect(first).toMatchObject({ fresh: true, doc: { kind: "incident", version: 1 } });
        expect(again).toMatchObject({ fresh: false, doc: { key: first?.doc.key, version: 1 } });
        expect(await ledger.load(first?.doc.key ?? "", "incident")).toEqual(first?.doc);
        expect((await ledger.history(first?.doc.key ?? "")).items.length).toBeGreaterThan(0);
      });

      test("signals of one interruption on two clients at once join one incident", async () => {
        const other = open();
        const answers = await Promise.all([
          ledger.accept(warning("i-0b", "m-1"), T0),
          other.accept(rebalance("i-0b", "m-2"), T0),
          ledger.accept(hook("i-0b", "m-3"), T0),
          other.accept(warning("i-0b", "m-1"), T0),
        ]);
        expect(new Set(answers.map((each) => each?.doc.key)).size).toBe(1);
        expect(answers.filter((each) => each?.fresh)).toHaveLength(3);
        const doc = await ledger.load(answers[0]?.doc.key ?? "", "incident");
        expect(doc).toMatchObject({ version: 3, body: { signalCount: 3 } });
      });

      test("a signal that concerns no incident leaves nothing", async () => {
        const { lifecycle: _, ...rest } = hook("i-0c");
        const launched = { ...rest, kind: "launch-result" as const, group: "web", ok: true, cause: null };
        expect(await ledger.accept(launched, T0)).toBeNull();
        expect((await ledger.list("subject#i-0c")).items).toEqual([]);
      });

      test("what it stores is due", async () => {
        const { doc } = (await ledger.accept(warning("i-0d"), T0)) ?? {};
        expect((await ledger.due(T0, 10, "a", 1_000)).map((each) => each.key)).toEqual([doc?.key]);
      });
    });

    describe("commit", () => {
      test("stores version + 1, for every kind of document, and reads its own writes at once", async () => {
        const [result, read] = await Promise.all([
          ledger.commit([incidentDoc("i-1"), serviceDoc("web")], []),
          ledger.load("service#web", "service"),
        ]);
        expect(result).toEqual([incidentDoc("i-1", { version: 1 }), serviceDoc("web", { version: 1 })]);
        expect(read).toEqual(serviceDoc("web", { version: 1 }));
      });

      test("load answers null for what is not there, and for another kind", async () => {
        await stored(serviceDoc("web"));
        expect(await ledger.load("service#none", "service")).toBeNull();
        expect(await ledger.load("service#web", "alert")).toBeNull();
      });

      test("a stale version is a conflict, and nothing of the commit is stored", async () => {
        const doc = await stored(incidentDoc("i-1"));
        await stored(doc);
        const result = await ledger.commit([serviceDoc("web"), doc], [note(doc.key, "lost")]);
        expect(result).toBe("conflict");
        expect(await ledger.load("service#web", "service")).toBeNull();
        expect((await ledger.history(doc.key)).items).toEqual([]);
      });

      test("a new document whose key is taken is a conflict", async () => {
        await stored(incidentDoc("i-1"));
        expect(await ledger.commit([incidentDoc("i-1")], [])).toBe("conflict");
      });

      test("a version of what is not there is a conflict", async () => {
        expect(await ledger.commit([incidentDoc("i-1", { version: 3 })], [])).toBe("conflict");
      });

      test("of two commits asked at once the first wins and the other conflicts", async () => {
        const doc = await stored(incidentDoc("i-1"));
        const results = await Promise.all([
          ledger.commit([{ ...doc, wakeAt: 1 }], []),
          ledger.commit([{ ...doc, wakeAt: 2 }], []),
          ledger.commit([serviceDoc("web")], []),
        ]);
        expect(results.map((each) => each === "conflict")).toEqual([false, true, false]);
        expect(await ledger.load(doc.key, "incident")).toMatchObject({ version: 2, wakeAt: 1 });
      });

      test.each([
        ["still what it was", 1, 1, false],
        ["moved on", 1, 2, true],
        ["still absent", 0, 0, false],
        ["there by now", 0, 1, true],
        ["gone", 1, 0, true],
      ])("a document it relies on is %s", async (_, expected, actual, conflict) => {
        let held: Doc = serviceDoc("web");
        for (let n = 0; n < actual; n++) held = await stored(held);
        const result = await ledger.commit([incidentDoc("i-1")], [], [{ key: "service#web", version: expected }]);
        expect(result === "conflict").toBe(conflict);
        expect((await ledger.load("incident#i-1#1", "incident")) === null).toBe(conflict);
        expect((await ledger.load("service#web", "service"))?.version ?? 0).toBe(actual);
      });

      test("a mistake in one commit does not undo those asked with it", async () => {
        const results = await Promise.allSettled([
          ledger.commit([serviceDoc("a")], []),
          ledger.commit([serviceDoc("b"), serviceDoc("b")], []),
          ledger.commit([incidentDoc("i-1", { wakeAt: Number.NaN })], []),
          ledger.commit([serviceDoc("c")], []),
        ]);
        expect(results.map((each) => each.status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
        expect(results[1]).toMatchObject({ reason: { code: "SK-LEDGER-INVALID" } });
        expect(results[2]).toMatchObject({ reason: { code: "SK-LEDGER-INVALID" } });
        expect(await ledger.load("service#c", "service")).not.toBeNull();
      });

      test("a key that is stored as another kind is refused, and nothing of that commit is stored", async () => {
        const web = await stored(serviceDoc("web"));
        const odd = incidentDoc("i-1", { key: web.key, version: web.version });
        const results = await Promise.allSettled([
          ledger.commit([serviceDoc("a"), odd], [note("k", "lost")]),
          ledger.commit([serviceDoc("b")], []),
        ]);
        expect(results[0]).toMatchObject({ status: "rejected", reason: { code: "SK-LEDGER-INVALID" } });
        expect(await ledger.load("service#a", "service")).toBeNull();
        expect(await ledger.load("service#b", "service")).not.toBeNull();
        expect(await ledger.load("service#web", "service")).toEqual(web);
        expect((await ledger.history("k")).items).toEqual([]);
      });

      test("keeps any text, packs a body of over 8 kB, and refuses by name and size what is too large all the same", async () => {
        const text = "Zürich 東京 👩‍🚀 \u0000 \u2028 ' \" \\ \ud800";
        const base = incidentDoc("i-1", { body: { hints: { text, fill: "" } } });
        const room = 8192 - Buffer.byteLength(JSON.stringify(base.body));
        const full = incidentDoc("i-1", { body: { hints: { text, fill: "x".repeat(room) } } });
        await stored(full);
        expect((await ledger.load(full.key, "incident"))?.body).toEqual(full.body);
        const over = incidentDoc("i-2", { body: { hints: { text, fill: "x".repeat(5 * room) } } });
        await stored(over);
        expect((await ledger.load(over.key, "incident"))?.body).toEqual(over.body);
        const noise = Array.from({ length: 300 }, (_, n) => createHash("sha256").update(`${n}`).digest("base64"));
        await expect(ledger.commit([incidentDoc("i-3", { body: { hints: { noise } } })], [])).rejects.toMatchObject({
          code: "SK-LEDGER-TOO-LARGE",
          message: expect.stringMatching(/incident#i-3#1 takes \d+ bytes; at most 8192/) as string,
        });
      });

      test("what another client committed is seen at once", async () => {
        await stored(serviceDoc("web"));
        expect(await open().load("service#web", "service")).toEqual(serviceDoc("web", { version: 1 }));
      });
    });

    describe("due", () => {
      test("answers what has come, earliest first, at most `limit`, and no settled ones", async () => {
        await stored(incidentDoc("i-late", { wakeAt: T0 + 1 }));
        await stored(incidentDoc("i-3", { wakeAt: T0 }));
        await stored(incidentDoc("i-1", { wakeAt: T0 - 20 }));
        await stored(incidentDoc("i-2", { wakeAt: T0 - 10 }));
        await stored(incidentDoc("i-settled", { wakeAt: null }));
        const keys = async (): Promise<string[]> => (await ledger.due(T0, 2, "a", 1_000)).map(({ key }) => key);
        expect(await keys()).toEqual(["incident#i-1#1", "incident#i-2#1"]);
        expect(await keys()).toEqual(["incident#i-3#1"]);
        expect(await keys()).toEqual([]);
      });

      test("two clients share what is due, and a lease that ran out is given again", async () => {
        for (let n = 0; n < 20; n++) await stored(incidentDoc(`i-${n}`));
        const other = open();
        const [mine, theirs] = await Promise.all([ledger.due(T0, 15, "a", 1_000), other.due(T0, 15, "b", 1_000)]);
        expect(mine.length + theirs.length).toBe(20);
        expect(new Set([...mine, ...theirs].map(({ key }) => key)).size).toBe(20);
        expect(await other.due(T0 + 999, 50, "b", 1_000)).toEqual([]);
        expect(await other.due(T0 + 1_000, 50, "b", 1_000)).toHaveLength(20);
      });

      test("a commit that moves wakeAt ends the lease, one that leaves it does not", async () => {
        await stored(incidentDoc("i-1"));
        const [leased] = await ledger.due(T0, 1, "a", 10_000);
        const intended = await stored(leased as Doc);
        expect(await ledger.due(T0 + 1, 1, "b", 10_000)).toEqual([]);
        await stored({ ...intended, wakeAt: T0 + 2 });
        expect(await ledger.due(T0 + 1, 1, "b", 10_000)).toEqual([]);
        expect(await ledger.due(T0 + 2, 1, "b", 10_000)).toHaveLength(1);
      });
    });

    describe("list and history", () => {
      test("list follows the tags of the newest version, over all pages", async () => {
        const names = Array.from({ length: 250 }, (_, n) => `s${n}`);
        await Promise.all(names.map((each) => ledger.commit([serviceDoc(each, { tags: ["cluster#c"] })], [])));
        const moved = await ledger.load("service#s7", "service");
        await stored({ ...(moved as Doc), tags: ["cluster#d", "cluster#d"] });
        const seen: string[] = [];
        for (let cursor: string | undefined, page = 0; page < 10; page++) {
          const { items, next } = await ledger.list("cluster#c", cursor);
          seen.push(...items.map(({ key }) => key));
          if (next === undefined) break;
          cursor = next;
        }
        expect(seen.toSorted()).toEqual(
          names
            .filter((n) => n !== "s7")
            .map((n) => `service#${n}`)
            .toSorted(),
        );
        expect((await ledger.list("cluster#d")).items).toHaveLength(1);
      });

      test("history answers entries in the order they were committed, over all pages, for one key", async () => {
        const texts = Array.from({ length: 450 }, (_, n) => `entry ${n}`);
        for (let n = 0; n < texts.length; n += 50) {
          await ledger.commit(
            [],
            texts.slice(n, n + 50).flatMap((text) => [note("k", text), note("other", text)]),
          );
        }
        const seen: string[] = [];
        for (let cursor: string | undefined, page = 0; page < 10; page++) {
          const { items, next } = await ledger.history("k", cursor);
          seen.push(...items.map(({ text }) => text));
          if (next === undefined) break;
          cursor = next;
        }
        expect(seen).toEqual(texts);
      });

      test("an entry comes back as it was", async () => {
        const entry = { ...note("k", "Drained ü 東京."), data: { step: "drain", nested: [1, null, { a: "ö" }] } };
        await ledger.commit([], [entry]);
        expect((await ledger.history("k")).items).toEqual([entry]);
      });

      test("a cursor that is none is refused", async () => {
        await expect(ledger.list("t", "1 OR 1=1")).rejects.toMatchObject({ code: "SK-RECORD-CURSOR" });
        await expect(ledger.history("k", "x")).rejects.toMatchObject({ code: "SK-RECORD-CURSOR" });
        await expect(ledger.unarchived("-1")).rejects.toMatchObject({ code: "SK-RECORD-CURSOR" });
      });
    });

    describe("archiving and purge", () => {
      const closed = { closedAt: T0, outcome: "drained" } as const;

      test("unarchived answers closed incidents whose newest version the archive lacks", async () => {
        await stored(incidentDoc("i-open", { body: { closedAt: null } }));
        const done = await stored(incidentDoc("i-done", { wakeAt: null, body: closed }));
        const late = await stored(incidentDoc("i-late", { wakeAt: null, body: closed }));
        expect((await ledger.unarchived()).items.toSorted()).toEqual([done.key, late.key].toSorted());
        for (const doc of [done, late]) await archivedNow(doc as Doc<"incident">);
        expect((await ledger.unarchived()).items).toEqual([]);
        await stored((await ledger.load(late.key, "incident")) as Doc); // a late signal joined
        expect((await ledger.unarchived()).items).toEqual([late.key]);
      });

      test("unarchived has pages", async () => {
        const docs = Array.from({ length: 150 }, (_, n) => incidentDoc(`i-${n}`, { wakeAt: null, body: closed }));
        await Promise.all(docs.map((doc) => ledger.commit([doc], [])));
        const first = await ledger.unarchived();
        const second = await ledger.unarchived(first.next);
        expect(second.next).toBeUndefined();
        expect(new Set([...first.items, ...second.items]).size).toBe(150);
      });

      async function archivedNow(doc: Doc<"incident">): Promise<void> {
        await stored({ ...doc, body: { ...doc.body, archivedVersion: doc.version } });
      }

      test("purge removes only what is closed, settled, archived in its newest version, and old", async () => {
        async function make(id: string, wakeAt: number | null, closedAt: number | null, archived: boolean) {
          const doc = await stored(incidentDoc(id, { wakeAt, body: { closedAt } }));
          await ledger.commit([], [note(doc.key, "something")]);
          if (archived) await archivedNow(doc as Doc<"incident">);
        }
        await make("i-open", T0, null, false);
        await make("i-due", T0, T0, true);
        await make("i-unarchived", null, T0, false);
        await make("i-young", null, T0 + 10, true);
        await make("i-old", null, T0, true);
        await make("i-joined-since", null, T0, true);
        await stored((await ledger.load("incident#i-joined-since#1", "incident")) as Doc);
        await stored(serviceDoc("web"));

        expect(await ledger.purge(T0 + 10)).toBe(1);

        expect(await ledger.load("incident#i-old#1", "incident")).toBeNull();
        expect((await ledger.list("subject#i-old")).items).toEqual([]);
        expect((await ledger.history("incident#i-old#1")).items).toEqual([]);
        const kept: string[] = [];
        for (const id of ["i-open", "i-due", "i-unarchived", "i-young", "i-joined-since"]) {
          const key = `incident#${id}#1`;
          const entries = (await ledger.history(key)).items.length;
          if ((await ledger.load(key, "incident")) !== null && entries === 1) kept.push(id);
        }
        expect(kept).toEqual(["i-open", "i-due", "i-unarchived", "i-young", "i-joined-since"]);
        expect(await ledger.load("service#web", "service")).not.toBeNull();
        expect(await ledger.purge(T0 + 10)).toBe(0);
      });

      test("a silence that ended long ago is purged, and no other", async () => {
        const silence = (id: string, endsAt: number): Doc<"silence"> => ({
          kind: "silence",
          key: `silence#${id}`,
          schema: 1,
          version: 0,
          wakeAt: null,
          tags: ["silence"],
          body: { match: { cluster: "prod" }, startsAt: T0, endsAt, author: "ana", comment: "c", createdAt: T0 },
        });
        await ledger.commit([silence("a", T0 + 1), silence("b", T0 + 100)], []);
        expect((await ledger.unarchived()).items).toEqual([]);
        expect(await ledger.purge(T0 + 50)).toBe(1);
        expect((await ledger.list("silence")).items.map(({ key }) => key)).toEqual(["silence#b"]);
        expect(await ledger.load("silence#b", "silence")).toMatchObject({ version: 1, body: { endsAt: T0 + 100 } });
      });

      test("an instance whose incidents were purged and that is interrupted again gets a key of its own", async () => {
        const first = (await ledger.accept(warning("i-0e", "m-1"), T0))?.doc;
        if (first === undefined) throw new Error("Nothing was opened");
        const done = await stored({ ...first, wakeAt: null, body: { ...first.body, ...closed } });
        await archivedNow(done as Doc<"incident">);
        expect(await ledger.purge(T0 + 1)).toBe(1);

        const second = (await ledger.accept(warning("i-0e", "m-2", T0 + 86_400_000), T0))?.doc;

        expect(second?.key).not.toBe(first.key);
        expect(second?.body.ordinal).toBe(2);
        expect((await ledger.history(second?.key ?? "")).items.length).toBeGreaterThan(0);
        expect((await ledger.history(first.key)).items).toEqual([]);
        const joined = await ledger.accept(hook("i-0e", "m-3", T0 + 86_401_000), T0);
        expect(joined?.doc.key).toBe(second?.key);
      });

      test("purge takes as many batches as it needs", async () => {
        const docs = Array.from({ length: 330 }, (_, n) =>
          incidentDoc(`i-${n}`, { wakeAt: null, body: { ...closed, archivedVersion: 0 } }),
        );
        await Promise.all(docs.map(async (doc) => archivedNow((await stored(doc)) as Doc<"incident">)));
        expect(await ledger.purge(T0 + 1)).toBe(330);
      });
    });

    test("two writers in any interleaving never lose an update", async () => {
      const other = open();
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
            const client = writer === 0 ? ledger : other;
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
            const doc = await ledger.load(`service#r${round}-${counter}`, "service");
            expect(doc?.body.until ?? 0).toBe(wins);
            expect(doc?.version ?? 0).toBe(wins);
          }
        }),
        { numRuns: 60 },
      );
    });

    describe("close", () => {
      test("finishes what was asked before, refuses what comes after, and may be asked twice", async () => {
        const asked = ledger.commit([serviceDoc("web")], []);
        await Promise.all([ledger.close(), ledger.close()]);
        await expect(asked).resolves.toHaveLength(1);
        await expect(ledger.load("service#web", "service")).rejects.toMatchObject({ code: "SK-LEDGER-CLOSED" });
        expect(await open().load("service#web", "service")).not.toBeNull();
      });

      test("an open ledger is healthy", () => {
        expect(ledger.health()).toMatchObject({ ok: true, code: null, message: null });
      });
    });
  });
}
