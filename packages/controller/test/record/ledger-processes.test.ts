import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { printed, startChild } from "./support/processes.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spotkeeper-ledger-"));
  file = join(folder, "ledger.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("two processes that hear the same signals agree on one incident each", async () => {
  const children = [startChild("child", file, "accept", "a"), startChild("child", file, "accept", "b")];
  expect(await Promise.all(children.map((child) => child.ended))).toEqual([0, 0]);

  const lines = children.flatMap((child) => child.lines.map((line) => line.split(" ")));
  expect(lines).toHaveLength(120);
  expect(lines.filter(([, fresh]) => fresh === "true")).toHaveLength(60);
  const ledger = openSqliteLedger({ file, clock: systemClock });
  for (let n = 0; n < 20; n++) {
    const { items } = await ledger.list(`subject#i-${n}`);
    expect(items).toMatchObject([{ body: { signalCount: 3 } }]);
  }
  await ledger.close();
});

test("two processes that count on one document lose no update", async () => {
  const children = [startChild("child", file, "increment", "a"), startChild("child", file, "increment", "b")];
  expect(await Promise.all(children.map((child) => child.ended))).toEqual([0, 0]);

  const numbers = children.flatMap((child) => child.lines.map(Number));
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
  const ledger = openSqliteLedger({ file, clock: systemClock });
  expect((await ledger.history("service#shared")).items).toHaveLength(100);
  await ledger.close();
});

test("whatever was reported as committed survives SIGKILL, at 24 moments", async () => {
  for (let kill = 0; kill < 24; kill++) {
    const child = startChild("child", file, "commit", "a");
    // Moments from the middle of opening the file up to some hundred commits later, never the same twice.
    if (kill % 4 === 0) await systemClock.sleep(20 + kill * 7);
    else await printed(child, 1 + kill * 3);
    child.process.kill("SIGKILL");
    expect(await child.ended).toBeNull();

    const ledger = openSqliteLedger({ file, clock: systemClock });
    const reported = (child.lines.at(-1) ?? "0 0 0").split(" ").map(Number);
    for (const [index, key] of ["service#a", "service#b", "service#c"].entries()) {
      const doc = await ledger.load(key, "service");
      const stored = doc?.body.until ?? 0;
      expect(stored).toBeGreaterThanOrEqual(reported[index] ?? 0);
      expect(doc?.version ?? 0).toBe(stored);
      // The journal was written in the same transaction: one entry each, none without its document.
      const last = await lastEntry(ledger, key);
      expect(last).toBe(stored === 0 ? null : `a ${stored}`);
    }
    expect(ledger.health()).toMatchObject({ ok: true });
    await ledger.close();
  }
});

async function lastEntry(ledger: ReturnType<typeof openSqliteLedger>, key: string): Promise<string | null> {
  let last: string | null = null;
  for (let cursor: string | undefined, page = 0; page < 1_000; page++) {
    const { items, next } = await ledger.history(key, cursor);
    last = items.at(-1)?.text ?? last;
    if (next === undefined) return last;
    cursor = next;
  }
  throw new Error("The history has no end");
}
