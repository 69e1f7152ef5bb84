import { virtualClock } from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { createFailures } from "../../src/entry/outage.ts";
import { resolvePath } from "../../src/entry/files.ts";
import { SpotkeeperError } from "../../src/errors.ts";
import { createLog } from "../../src/log.ts";
import type { Health } from "../../src/record/ledger/ledger.ts";

const T0 = Date.UTC(2026, 0, 31, 12);

test("a ledger that is away is one line when it goes and one when it is back, whatever fails meanwhile", async () => {
  const clock = virtualClock(T0);
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: "info", format: "json", output, color: false, clock });
  const away = new SpotkeeperError("SK-LEDGER-UNAVAILABLE", "The ledger file /state/x.db cannot be opened.");
  let health: Health = { ok: false, code: away.code, message: away.message, since: T0 };
  const tell = (): Promise<void> => Promise.reject(new Error("nothing is lost"));
  const failures = createFailures(log, { health: () => health }, clock, tell);

  for (let second = 0; second < 60; second++) {
    failures.told("sweep", away);
    failures.told("housekeeping", away);
    await clock.runUntil(clock.now() + 1_000);
  }
  failures.told("metrics", new Error("another thing"));
  health = { ok: true, code: null, message: null, since: clock.now() };
  await clock.runUntil(clock.now() + 5_000);
  health = { ok: false, code: away.code, message: away.message, since: clock.now() };
  failures.told("sweep", away);
  failures.stop();

  const said = lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
  expect(said).toEqual([
    "the ledger is away; what is safe goes on without it",
    "failed; it is tried again",
    "the ledger is back, and writing goes on",
    "the ledger is away; what is safe goes on without it",
  ]);
  expect(lines[0]).toContain("/state/x.db");
});

test("an outage that no sweep meets is told all the same, when it comes and when it goes", async () => {
  const clock = virtualClock(T0);
  const said: string[] = [];
  const output = { write: (line: string) => void said.push((JSON.parse(line) as { readonly msg: string }).msg) };
  const log = createLog({ level: "info", format: "json", output, color: false, clock });
  let health: Health = { ok: true, code: null, message: null, since: T0 };
  const failures = createFailures(log, { health: () => health }, clock, () => Promise.resolve());
  await clock.runUntil(clock.now() + 5_000);
  expect(said).toEqual([]);
  health = { ok: false, code: "SK-LEDGER-FULL", message: "The disk is full.", since: clock.now() };
  await clock.runUntil(clock.now() + 5_000);
  health = { ok: true, code: null, message: null, since: clock.now() };
  await clock.runUntil(clock.now() + 5_000);
  failures.stop();
  expect(said).toEqual([
    "the ledger is away; what is safe goes on without it",
    "the ledger is back, and writing goes on",
  ]);
});

test("a folder that does not exist is a wrong config; paths are whole", () => {
  expect(resolvePath("ledger.file", "x.db")).toBe(`${process.cwd()}/x.db`);
  expect(resolvePath("archive.file", ":memory:")).toBe(":memory:");
  expect(() => resolvePath("ledger.file", "/nowhere/at/all/x.db")).toThrow(
    /^ledger\.file: got "\/nowhere\/at\/all\/x\.db", .*no \/nowhere\/at\/all\./,
  );
});
