import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Doc } from "../../../src/model/doc.ts";
import type { Contract } from "./fixture.ts";
import { incidentDoc, note, serviceDoc, T0 } from "../support/samples.ts";

export function testCommit({ ledger, open, stored }: Contract): void {
  describe("commit", () => {
    test("stores version + 1, for every kind of document, and reads its own writes", async () => {
      const result = await ledger().commit([incidentDoc("i-1"), serviceDoc("web")], []);
      const read = await ledger().load("service#web", "service");
      expect(result).toEqual([incidentDoc("i-1", { version: 1 }), serviceDoc("web", { version: 1 })]);
      expect(read).toEqual(serviceDoc("web", { version: 1 }));
    });

    test("load answers null for what is not there, and for another kind", async () => {
      await stored(serviceDoc("web"));
      expect(await ledger().load("service#none", "service")).toBeNull();
      expect(await ledger().load("service#web", "alert")).toBeNull();
    });

    test("a stale version is a conflict, and nothing of the commit is stored", async () => {
      const doc = await stored(incidentDoc("i-1"));
      await stored(doc);
      const result = await ledger().commit([serviceDoc("web"), doc], [note(doc.key, "lost")]);
      expect(result).toBe("conflict");
      expect(await ledger().load("service#web", "service")).toBeNull();
      expect((await ledger().history(doc.key)).items).toEqual([]);
    });

    test("a new document whose key is taken is a conflict", async () => {
      await stored(incidentDoc("i-1"));
      expect(await ledger().commit([incidentDoc("i-1")], [])).toBe("conflict");
    });

    test("a version of what is not there is a conflict", async () => {
      expect(await ledger().commit([incidentDoc("i-1", { version: 3 })], [])).toBe("conflict");
    });

    test("of two commits asked at once one at most wins, and others are not disturbed", async () => {
      const doc = await stored(incidentDoc("i-1"));
      const results = await Promise.all([
        ledger().commit([{ ...doc, wakeAt: 1 }], []),
        ledger().commit([{ ...doc, wakeAt: 2 }], []),
        ledger().commit([serviceDoc("web")], []),
      ]);
      const won = results.map((each) => each !== "conflict");
      expect(won[2]).toBe(true);
      expect(won[0] && won[1]).toBe(false);
      const wakeAt = won[0] ? 1 : won[1] ? 2 : T0;
      expect(await ledger().load(doc.key, "incident")).toMatchObject({ version: wakeAt === T0 ? 1 : 2, wakeAt });
    });

    test("a document that is written, or relied on, twice in one commit is refused", async () => {
      const web = await stored(serviceDoc("web"));
      const seen = { key: web.key, version: 1 };
      const refused = { code: "SK-LEDGER-INVALID" };
      await expect(ledger().commit([web, web], [])).rejects.toMatchObject(refused);
      await expect(ledger().commit([web], [], [seen])).rejects.toMatchObject(refused);
      await expect(ledger().commit([serviceDoc("a")], [], [seen, seen])).rejects.toMatchObject(refused);
      expect(await ledger().load("service#a", "service")).toBeNull();
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
      const result = await ledger().commit([incidentDoc("i-1")], [], [{ key: "service#web", version: expected }]);
      expect(result === "conflict").toBe(conflict);
      expect((await ledger().load("incident#i-1#1", "incident")) === null).toBe(conflict);
      expect((await ledger().load("service#web", "service"))?.version ?? 0).toBe(actual);
    });

    test("a mistake in one commit does not undo those asked with it", async () => {
      const results = await Promise.allSettled([
        ledger().commit([serviceDoc("a")], []),
        ledger().commit([serviceDoc("b"), serviceDoc("b")], []),
        ledger().commit([incidentDoc("i-1", { wakeAt: Number.NaN })], []),
        ledger().commit([serviceDoc("c")], []),
      ]);
      expect(results.map((each) => each.status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
      expect(results[1]).toMatchObject({ reason: { code: "SK-LEDGER-INVALID" } });
      expect(results[2]).toMatchObject({ reason: { code: "SK-LEDGER-INVALID" } });
      expect(await ledger().load("service#c", "service")).not.toBeNull();
    });

    test("a key that is one of another kind is refused, and nothing of that commit is stored", async () => {
      const web = await stored(serviceDoc("web"));
      const odd = incidentDoc("i-1", { key: web.key, version: web.version });
      const results = await Promise.allSettled([
        ledger().commit([serviceDoc("a"), odd], [note("k", "lost")]),
        ledger().commit([serviceDoc("b")], []),
      ]);
      expect(results[0]).toMatchObject({ status: "rejected", reason: { code: "SK-LEDGER-INVALID" } });
      expect(await ledger().load("service#a", "service")).toBeNull();
      expect(await ledger().load("service#b", "service")).not.toBeNull();
      expect(await ledger().load("service#web", "service")).toEqual(web);
      expect((await ledger().history("k")).items).toEqual([]);
    });

    test("keeps any text, packs a body of over 8 kB, and refuses by name and size what is too large all the same", async () => {
      const text = "Zürich 東京 👩‍🚀 \u0000 \u2028 ' \" \\ \ud800";
      const base = incidentDoc("i-1", { body: { hints: { text, fill: "" } } });
      const room = 8192 - Buffer.byteLength(JSON.stringify(base.body));
      const full = incidentDoc("i-1", { body: { hints: { text, fill: "x".repeat(room) } } });
      await stored(full);
      expect((await ledger().load(full.key, "incident"))?.body).toEqual(full.body);
      const over = incidentDoc("i-2", { body: { hints: { text, fill: "x".repeat(5 * room) } } });
      await stored(over);
      expect((await ledger().load(over.key, "incident"))?.body).toEqual(over.body);
      const noise = Array.from({ length: 300 }, (_, n) => createHash("sha256").update(`${n}`).digest("base64"));
      await expect(ledger().commit([incidentDoc("i-3", { body: { hints: { noise } } })], [])).rejects.toMatchObject({
        code: "SK-LEDGER-TOO-LARGE",
        message: expect.stringMatching(/incident#i-3#1 takes \d+ bytes; at most 8192/) as string,
      });
    });

    test("what another client committed is seen at once", async () => {
      await stored(serviceDoc("web"));
      expect(await (await open()).load("service#web", "service")).toEqual(serviceDoc("web", { version: 1 }));
    });
  });
}
