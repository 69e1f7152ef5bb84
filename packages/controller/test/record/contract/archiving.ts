import { describe, expect, test } from "vitest";
import type { Doc } from "../../../src/model/doc.ts";
import type { Page } from "../../../src/record/ledger/ledger.ts";
import type { Contract } from "./fixture.ts";
import { hook, incidentDoc, note, serviceDoc, T0, warning } from "../support/samples.ts";

export function testArchiving({ ledger, fixture, stored }: Contract): void {
  const settled = async <T>(ask: () => Promise<T>): Promise<T> => {
    await fixture().settle();
    return ask();
  };
  const unarchived = (cursor?: string): Promise<Page<string>> => settled(() => ledger().unarchived(cursor));
  const purge = (before: number): Promise<number> => settled(() => ledger().purge(before));
  const list = (tag: string): Promise<Page<Doc>> => settled(() => ledger().list(tag));

  describe("archiving and purge", () => {
    const closed = { closedAt: T0, outcome: "drained" } as const;

    test("unarchived answers closed incidents whose newest version the archive lacks", async () => {
      await stored(incidentDoc("i-open", { body: { closedAt: null } }));
      const done = await stored(incidentDoc("i-done", { wakeAt: null, body: closed }));
      const late = await stored(incidentDoc("i-late", { wakeAt: null, body: closed }));
      expect((await unarchived()).items.toSorted()).toEqual([done.key, late.key].toSorted());
      for (const doc of [done, late]) await archivedNow(doc);
      expect((await unarchived()).items).toEqual([]);
      await stored((await ledger().load(late.key, "incident")) as Doc); // a late signal joined
      expect((await unarchived()).items).toEqual([late.key]);
    });

    test("unarchived has pages", async () => {
      const docs = Array.from({ length: 150 }, (_, n) => incidentDoc(`i-${n}`, { wakeAt: null, body: closed }));
      await Promise.all(docs.map((doc) => ledger().commit([doc], [])));
      const first = await unarchived();
      const second = await unarchived(first.next);
      expect(second.next).toBeUndefined();
      expect(new Set([...first.items, ...second.items]).size).toBe(150);
    });

    async function archivedNow(doc: Doc<"incident">): Promise<void> {
      await stored({ ...doc, body: { ...doc.body, archivedVersion: doc.version } });
    }

    test("purge removes only what is closed, settled, archived in its newest version, and old", async () => {
      async function make(id: string, wakeAt: number | null, closedAt: number | null, archived: boolean) {
        const doc = await stored(incidentDoc(id, { wakeAt, body: { closedAt } }));
        await ledger().commit([], [note(doc.key, "something")]);
        if (archived) await archivedNow(doc);
      }
      await make("i-open", T0, null, false);
      await make("i-due", T0, T0, true);
      await make("i-unarchived", null, T0, false);
      await make("i-young", null, T0 + 10, true);
      await make("i-old", null, T0, true);
      await make("i-joined-since", null, T0, true);
      await stored((await ledger().load("incident#i-joined-since#1", "incident")) as Doc);
      await stored(serviceDoc("web"));

      expect(await purge(T0 + 10)).toBe(1);

      expect(await ledger().load("incident#i-old#1", "incident")).toBeNull();
      expect((await list("subject#i-old")).items).toEqual([]);
      expect((await ledger().history("incident#i-old#1")).items).toEqual([]);
      const kept: string[] = [];
      for (const id of ["i-open", "i-due", "i-unarchived", "i-young", "i-joined-since"]) {
        const key = `incident#${id}#1`;
        const entries = (await ledger().history(key)).items.length;
        if ((await ledger().load(key, "incident")) !== null && entries === 1) kept.push(id);
      }
      expect(kept).toEqual(["i-open", "i-due", "i-unarchived", "i-young", "i-joined-since"]);
      expect(await ledger().load("service#web", "service")).not.toBeNull();
      expect(await purge(T0 + 10)).toBe(0);
    });

    test("what is archived and touched since is archived still, and purged once it is in no queue", async () => {
      const done = await stored(incidentDoc("i-1", { wakeAt: null, body: closed }));
      await archivedNow(done);
      expect(await ledger().touch(done.key, 2, T0 + 5)).toBe(3);
      expect((await unarchived()).items).toEqual([]);
      expect(await purge(T0 + 10)).toBe(0);
      expect(await ledger().touch(done.key, 3, null)).toBe(4);
      expect(await purge(T0 + 10)).toBe(1);
      expect(await ledger().load(done.key, "incident")).toBeNull();
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
      await ledger().commit([silence("a", T0 + 1), silence("b", T0 + 100)], []);
      expect((await unarchived()).items).toEqual([]);
      expect(await purge(T0 + 50)).toBe(1);
      expect((await list("silence")).items.map(({ key }) => key)).toEqual(["silence#b"]);
      expect(await ledger().load("silence#b", "silence")).toMatchObject({ version: 1, body: { endsAt: T0 + 100 } });
    });

    test("an instance whose incidents were purged and that is interrupted again gets a key of its own", async () => {
      const first = (await ledger().accept(warning("i-0e", "m-1"), T0))?.doc;
      if (first === undefined) throw new Error("Nothing was opened");
      const done = await stored({ ...first, wakeAt: null, body: { ...first.body, ...closed } });
      await archivedNow(done);
      expect(await purge(T0 + 1)).toBe(1);

      const second = (await ledger().accept(warning("i-0e", "m-2", T0 + 86_400_000), T0))?.doc;

      expect(second?.key).not.toBe(first.key);
      expect(second?.body.ordinal).toBe(2);
      expect((await ledger().history(second?.key ?? "")).items.length).toBeGreaterThan(0);
      expect((await ledger().history(first.key)).items).toEqual([]);
      const joined = await ledger().accept(hook("i-0e", "m-3", T0 + 86_401_000), T0);
      expect(joined?.doc.key).toBe(second?.key);
    });

    test("purge takes as many batches as it needs", async () => {
      const docs = Array.from({ length: 330 }, (_, n) =>
        incidentDoc(`i-${n}`, { wakeAt: null, body: { ...closed, archivedVersion: 0 } }),
      );
      await Promise.all(docs.map(async (doc) => archivedNow(await stored(doc))));
      expect(await purge(T0 + 1)).toBe(330);
    });
  });
}
