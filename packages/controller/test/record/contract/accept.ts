import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { allOf, type Contract } from "./fixture.ts";
import { hook, rebalance, T0, warning } from "../support/samples.ts";

export function testAccept({ ledger, fixture, open }: Contract): void {
  describe("accept", () => {
    test("what an incident is to know from the beginning goes into the one that a signal opens, and into no other", async () => {
      const opened = await ledger().accept(warning("i-0e", "m-1"), T0, { known: "before" });
      expect(opened?.doc.body.hints).toEqual({ known: "before" });
      const joined = await ledger().accept(rebalance("i-0e", "m-2"), T0 + 5, { known: "later" });
      expect(joined?.doc.body.hints).toEqual({ known: "before" });
    });

    test("opens an incident with its journal, and a duplicate changes nothing", async () => {
      const first = await ledger().accept(warning("i-0a"), T0);
      const again = await ledger().accept(warning("i-0a"), T0 + 5);
      expect(first).toMatchObject({ fresh: true, doc: { kind: "incident", version: 1 } });
      expect(again).toMatchObject({ fresh: false, doc: { key: first?.doc.key, version: 1 } });
      expect(await ledger().load(first?.doc.key ?? "", "incident")).toEqual(first?.doc);
      expect((await ledger().history(first?.doc.key ?? "")).items.length).toBeGreaterThan(0);
    });

    test("signals of one interruption on two clients at once join one incident", async () => {
      const other = await open();
      const answers = await Promise.all([
        ledger().accept(warning("i-0b", "m-1"), T0),
        other.accept(rebalance("i-0b", "m-2"), T0),
        ledger().accept(hook("i-0b", "m-3"), T0),
        other.accept(warning("i-0b", "m-1"), T0),
      ]);
      expect(new Set(answers.map((each) => each?.doc.key)).size).toBe(1);
      expect(answers.filter((each) => each?.fresh)).toHaveLength(3);
      const doc = await ledger().load(answers[0]?.doc.key ?? "", "incident");
      expect(doc).toMatchObject({ body: { signalCount: 3 } });
    });

    test("of a burst of signals each is answered: what opened, what joined, and what was known", async () => {
      const answers = await Promise.all(
        [warning("i-0g", "m-1"), warning("i-0g", "m-1"), rebalance("i-0g", "m-2"), hook("i-0g", "m-3")].map((signal) =>
          ledger().accept(signal, T0),
        ),
      );
      expect(answers.map((each) => [each?.doc.key, each?.fresh, each?.doc.body.signalCount])).toEqual([
        ["incident#i-0g#1", true, 1],
        ["incident#i-0g#1", false, 1],
        ["incident#i-0g#1", true, 2],
        ["incident#i-0g#1", true, 3],
      ]);
      const entries = (await ledger().history("incident#i-0g#1")).items;
      expect(entries.map(({ data }) => data["id"])).toEqual(["m-1", "m-2", "m-3"]);
    });

    test("a signal that makes its incident too large is refused, and those that come with it are stored", async () => {
      const big = { ...hook("i-0h", "m-2") };
      const noise = Array.from({ length: 400 }, (_, n) => createHash("sha256").update(`${n}`).digest("base64")).join();
      const results = await Promise.allSettled([
        ledger().accept(warning("i-0h", "m-1"), T0),
        ledger().accept({ ...big, lifecycle: { ...big.lifecycle, token: noise } }, T0),
        ledger().accept(rebalance("i-0h", "m-3"), T0),
      ]);
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(results[1]).toMatchObject({ reason: { code: "SK-LEDGER-TOO-LARGE" } });
      expect(await ledger().load("incident#i-0h#1", "incident")).toMatchObject({ body: { signalCount: 2 } });
    });

    test("interruptions far apart open one incident after the other, with an ordinal each", async () => {
      const day = 86_400_000;
      const keys: (string | undefined)[] = [];
      for (let n = 0; n < 11; n++)
        keys.push((await ledger().accept(warning("i-0f", `m-${n}`, T0 + n * day), T0 + n * day))?.doc.key);
      expect(keys).toEqual(Array.from({ length: 11 }, (_, n) => `incident#i-0f#${n + 1}`));
      const joined = await ledger().accept(hook("i-0f", "m-hook", T0 + 10 * day + 1_000), T0 + 10 * day + 1_000);
      expect(joined?.doc.key).toBe("incident#i-0f#11");
    });

    test("a signal that concerns no incident leaves nothing", async () => {
      const { lifecycle: _, ...rest } = hook("i-0c");
      const launched = { ...rest, kind: "launch-result" as const, group: "web", ok: true, cause: null };
      expect(await ledger().accept(launched, T0)).toBeNull();
      await fixture().settle();
      expect((await ledger().list("subject#i-0c")).items).toEqual([]);
    });

    test("what it stores is due", async () => {
      const { doc } = (await ledger().accept(warning("i-0d"), T0)) ?? {};
      await fixture().settle();
      expect(await allOf((cursor) => ledger().due(T0, 10, cursor))).toEqual([doc?.key]);
    });
  });
}
