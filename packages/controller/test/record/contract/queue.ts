import { describe, expect, test } from "vitest";
import { allOf, type Contract } from "./fixture.ts";
import { incidentDoc, serviceDoc, T0 } from "../support/samples.ts";

export function testQueue({ ledger, fixture, open, stored }: Contract): void {
  const due = async (now: number, limit = 10): Promise<string[]> => {
    await fixture().settle();
    return allOf((cursor) => ledger().due(now, limit, cursor));
  };

  describe("due", () => {
    test("answers keys of what has come, earliest first, at most `limit` a page, and no settled ones", async () => {
      await stored(incidentDoc("i-late", { wakeAt: T0 + 1 }));
      await stored(incidentDoc("i-3", { wakeAt: T0 }));
      await stored(incidentDoc("i-1", { wakeAt: T0 - 20 }));
      await stored(incidentDoc("i-2", { wakeAt: T0 - 10 }));
      await stored(incidentDoc("i-settled", { wakeAt: null }));
      await fixture().settle();
      const first = await ledger().due(T0, 2);
      expect(first.items).toEqual(["incident#i-1#1", "incident#i-2#1"]);
      expect(await ledger().due(T0, 2, first.next)).toEqual({ items: ["incident#i-3#1"] });
    });

    test("has as many pages as it needs, of documents that are due at one instant too", async () => {
      const ids = Array.from({ length: 45 }, (_, n) => `i-${n}`);
      await Promise.all(ids.map((id, n) => ledger().commit([incidentDoc(id, { wakeAt: T0 - (n % 2) })], [])));
      const keys = await due(T0, 7);
      expect(keys).toHaveLength(45);
      expect(keys.toSorted()).toEqual(ids.map((id) => `incident#${id}#1`).toSorted());
    });

    test("follows what the newest version says", async () => {
      const doc = await stored(incidentDoc("i-1"));
      const moved = await stored({ ...doc, wakeAt: T0 + 50 });
      expect(await due(T0)).toEqual([]);
      expect(await due(T0 + 50)).toEqual([doc.key]);
      await stored({ ...moved, wakeAt: null });
      expect(await due(T0 + 50)).toEqual([]);
    });
  });

  describe("touch", () => {
    test("moves wakeAt alone: the next version has body, tags and note as they were", async () => {
      const doc = await stored(incidentDoc("i-1", { tags: ["subject#i-1", "open"], body: { labels: { a: "b" } } }));
      expect(await ledger().touch(doc.key, 1, T0 + 5)).toBe(2);
      expect(await ledger().load(doc.key, "incident")).toEqual({ ...doc, version: 2, wakeAt: T0 + 5 });
      expect(await due(T0)).toEqual([]);
      expect(await due(T0 + 5)).toEqual([doc.key]);
      expect(await ledger().touch(doc.key, 2, null)).toBe(3);
      expect(await due(T0 + 5)).toEqual([]);
      expect((await ledger().list("open")).items).toEqual([{ ...doc, version: 3, wakeAt: null }]);
    });

    test("of another version, or of what is not there, it is a conflict", async () => {
      const doc = await stored(await stored(serviceDoc("web")));
      expect(await ledger().touch(doc.key, 1, T0)).toBe("conflict");
      expect(await ledger().touch("service#none", 1, T0)).toBe("conflict");
      expect(await ledger().touch("service#none", 0, T0)).toBe("conflict");
      expect(await ledger().load("service#none", "service")).toBeNull();
      expect(await ledger().load(doc.key, "service")).toEqual(doc);
    });

    test("who commits on the version before it has a conflict, and the other way round", async () => {
      const doc = await stored(serviceDoc("web"));
      await ledger().touch(doc.key, 1, T0);
      expect(await ledger().commit([doc], [])).toBe("conflict");
      expect(await ledger().commit([incidentDoc("i-1")], [], [{ key: doc.key, version: 1 }])).toBe("conflict");
      await stored({ ...doc, version: 2 });
      expect(await ledger().touch(doc.key, 2, T0)).toBe("conflict");
    });

    test("of two clients that touch at once, or touch and commit, one at most does", async () => {
      const other = await open();
      for (let round = 0; round < 10; round++) {
        const doc = await stored(serviceDoc(`web-${round}`));
        const second = round % 2 === 0 ? other.touch(doc.key, 1, T0 + 2) : other.commit([doc], []);
        const results = await Promise.all([ledger().touch(doc.key, 1, T0 + 1), second]);
        const won = results.filter((each) => each !== "conflict").length;
        expect(won).toBeLessThanOrEqual(1);
        expect((await ledger().load(doc.key, "service"))?.version).toBe(1 + won);
      }
    });

    test("an instant that is none is refused", async () => {
      const doc = await stored(serviceDoc("web"));
      await expect(ledger().touch(doc.key, 1, Number.NaN)).rejects.toMatchObject({ code: "SK-LEDGER-INVALID" });
    });
  });
}
