import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { shop } from "../flow/fleet.ts";
import { openWhole, type Whole } from "./support.ts";

let whole: Whole;
afterEach(() => whole.close());

test("a ledger that is removed under a worker is noticed within seconds: in readiness, log, and by people", async () => {
  whole = await openWhole({ build: shop() });
  await whole.until(async () => (await whole.ready()).reasons.length === 0);
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(whole.folder, `ledger.db${suffix}`), { force: true });
  const removedAt = performance.now();
  await whole.until(async () => (await whole.ready()).reasons.length > 0);
  await whole.until(() => whole.told() !== "");
  expect(performance.now() - removedAt).toBeLessThan(10_000);
  expect((await whole.ready()).reasons).toMatchObject([{ what: "ledger", code: "SK-LEDGER-REPLACED" }]);
  expect(whole.log.filter(({ code }) => code === "SK-LEDGER-REPLACED")).toHaveLength(1);
  expect(whole.told()).toMatch(/has lost what it remembered[^]*removed or replaced/);
});
