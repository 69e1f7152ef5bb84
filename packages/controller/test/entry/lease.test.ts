import { virtualClock } from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { createLease } from "../../src/entry/lease.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";

const TTL = 60_000;

function two() {
  const clock = virtualClock(0);
  const ledger = openSqliteLedger({ file: ":memory:", clock });
  const [one, other] = ["one", "other"].map((owner) => createLease(ledger, clock, owner));
  if (one === undefined || other === undefined) throw new Error("two leases");
  return { clock, one, other };
}

test("of two that ask, the first has the lease until its time is over", async () => {
  const { clock, one, other } = two();
  expect(await one("sweep", TTL)).toBe(true);
  await clock.runUntil(TTL - 1);
  expect(await other("sweep", TTL)).toBe(false);
  await clock.runUntil(TTL);
  expect(await other("sweep", TTL)).toBe(true);
  expect(await one("sweep", TTL)).toBe(false);
});

test("its holder prolongs it, and each name is a lease of its own", async () => {
  const { clock, one, other } = two();
  expect(await one("sweep", TTL)).toBe(true);
  await clock.runUntil(TTL - 1);
  expect(await one("sweep", TTL)).toBe(true);
  await clock.runUntil(TTL + 1);
  expect(await other("sweep", TTL)).toBe(false);
  expect(await other("archive", TTL)).toBe(true);
});
