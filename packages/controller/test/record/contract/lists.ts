import { describe, expect, test } from "vitest";
import { allOf, type Contract } from "./fixture.ts";
import { incidentDoc, note, serviceDoc, T0, warning } from "../support/samples.ts";

export function testLists({ ledger, fixture, stored }: Contract): void {
  describe("list, outline and history", () => {
    test("list follows the tags of the newest version, over all pages", async () => {
      const names = Array.from({ length: 250 }, (_, n) => `s${n}`);
      await Promise.all(names.map((each) => ledger().commit([serviceDoc(each, { tags: ["cluster#c"] })], [])));
      const moved = await ledger().load("service#s7", "service");
      if (moved === null) throw new Error("It was stored");
      await stored({ ...moved, tags: ["cluster#d", "cluster#d"] });
      await fixture().settle();
      const seen = await allOf((cursor) => ledger().list("cluster#c", cursor));
      expect(seen.map(({ key }) => key).toSorted()).toEqual(
        names
          .filter((n) => n !== "s7")
          .map((n) => `service#${n}`)
          .toSorted(),
      );
      expect((await ledger().list("cluster#d")).items).toHaveLength(1);
    });

    test("an outline tells who is going without reading a document, as its newest version says", async () => {
      const outline = async (): Promise<unknown> => {
        await fixture().settle();
        return (await ledger().outline("open")).items;
      };
      const { doc } = (await ledger().accept(warning("i-0a"), T0)) ?? {};
      if (doc === undefined) throw new Error("Nothing was opened");
      expect(await outline()).toEqual([{ key: doc.key, note: "i-0a" }]);
      const called = await stored({ ...doc, body: { ...doc.body, cancelledAt: T0 } });
      expect(await outline()).toEqual([{ key: doc.key, note: "" }]);
      await stored({ ...called, tags: [] });
      expect(await outline()).toEqual([]);
      await stored(serviceDoc("web", { tags: ["open"] }));
      expect(await outline()).toEqual([{ key: "service#web", note: null }]);
    });

    test("history answers entries in the order they were committed, over all pages, for one key", async () => {
      const texts = Array.from({ length: 450 }, (_, n) => `entry ${n}`);
      for (let n = 0; n < texts.length; n += 50) {
        const entries = texts.slice(n, n + 50).flatMap((text) => [note("k", text), note("other", text)]);
        await ledger().commit([], entries);
      }
      expect((await allOf((cursor) => ledger().history("k", cursor))).map(({ text }) => text)).toEqual(texts);
    });

    test("history answers the entries of one document in the order of its commits, many in one commit too", async () => {
      let doc = incidentDoc("i-1");
      const texts: string[] = [];
      for (let n = 0; n < 12; n++) {
        const some = Array.from({ length: n === 5 ? 120 : 2 }, (_, m) => `commit ${n} entry ${m}`);
        texts.push(...some);
        const result = await ledger().commit(
          [doc],
          some.map((text) => note(doc.key, text)),
        );
        if (result === "conflict") throw new Error("Nobody else writes");
        doc = { ...doc, version: doc.version + 1 };
      }
      expect((await allOf((cursor) => ledger().history(doc.key, cursor))).map(({ text }) => text)).toEqual(texts);
    });

    test("an entry comes back as it was", async () => {
      const entry = { ...note("k", "Drained ü 東京."), data: { step: "drain", nested: [1, null, { a: "ö" }] } };
      await ledger().commit([], [entry]);
      expect((await ledger().history("k")).items).toEqual([entry]);
    });

    test("a cursor that is none, or one of another list, is refused", async () => {
      const docs = Array.from({ length: 150 }, (_, n) => serviceDoc(`s${n}`, { tags: ["t"] }));
      await Promise.all(docs.map((doc) => ledger().commit([doc], [])));
      await fixture().settle();
      const { next } = await ledger().list("t");
      const refused = { code: "SK-RECORD-CURSOR" };
      await expect(ledger().list("t", "1 OR 1=1")).rejects.toMatchObject(refused);
      await expect(ledger().history("k", "x")).rejects.toMatchObject(refused);
      await expect(ledger().unarchived("-1")).rejects.toMatchObject(refused);
      await expect(ledger().due(T0, 10, "7")).rejects.toMatchObject(refused);
      await expect(ledger().list("other", next)).rejects.toMatchObject(refused);
    });
  });
}
