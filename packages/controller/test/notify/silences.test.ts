import { afterEach, beforeEach, expect, test } from "vitest";
import { createSilences, type SilenceAsked, type Silences } from "../../src/notify/silences.ts";
import { SpotkeeperError } from "../../src/errors.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { type TestClock, testClock } from "../enrich/support/clock.ts";
import { bench, fakeChannel } from "./support/bench.ts";
import { T0 } from "./support/samples.ts";

const asked: SilenceAsked = {
  match: { group: "web" },
  startsAt: T0,
  endsAt: T0 + 60_000,
  author: "ana",
  comment: "load test",
};
let clock: TestClock;
let ledger: Ledger;
let ids: number;
const silences = (): Silences => createSilences({ ledger, clock, random: () => (ids++ + 0.5) / 36 ** 8 });
beforeEach(() => {
  ids = 1;
  clock = testClock(T0);
  ledger = openSqliteLedger({ file: ":memory:", clock });
});
afterEach(() => ledger.close());

test("what is asked for holds at once, and for others within a second; it ends by itself", async () => {
  const [here, there] = [silences(), silences()];
  expect([await here.read(), await there.read()]).toEqual([[], []]);
  const made = await here.add(asked);
  expect(made).toEqual({ ...asked, id: "00000001", createdAt: T0 });
  expect(await here.read()).toEqual([made]);
  clock.jump(1_000);
  expect(await there.read()).toEqual([made]);
  clock.jump(58_999);
  expect(await there.read()).toEqual([made]);
  clock.jump(1);
  expect(await there.read()).toEqual([]);
  expect(await there.list()).toEqual([made]);
});

test("one that is ended is over at once; ending it again changes nothing", async () => {
  const here = silences();
  const { id } = await here.add(asked);
  const later = await here.add({ ...asked, startsAt: T0 + 30_000 });
  clock.jump(5_000);
  expect(await here.expire(id)).toMatchObject({ id, endsAt: T0 + 5_000 });
  expect(await here.expire(later.id)).toMatchObject({ startsAt: T0 + 5_000, endsAt: T0 + 5_000 });
  expect(await here.read()).toEqual([]);
  clock.jump(5_000);
  expect(await here.expire(id)).toMatchObject({ endsAt: T0 + 5_000 });
  expect(await here.expire("nobody")).toBeNull();
});

test("an id that is taken is not taken twice", async () => {
  const one = createSilences({ ledger, clock, random: () => 0 });
  await one.add(asked);
  const next = [0, 0.5];
  const other = await createSilences({ ledger, clock, random: () => next.shift() ?? 0 }).add(asked);
  expect(other.id).not.toBe("00000000");
  await expect(one.add(asked)).rejects.toThrow("no id is free");
});

test("a ledger that is away is not an empty list, and is asked again", async () => {
  let away = true;
  const refuses: typeof ledger.list = () =>
    away ? Promise.reject(new SpotkeeperError("SK-LEDGER-FULL", "full")) : ledger.list("silence");
  const here = createSilences({ ledger: { ...ledger, list: refuses }, clock, random: () => 0 });
  await expect(here.read()).rejects.toThrow("full");
  away = false;
  expect(await here.read()).toEqual([]);
});

test("an alert keeps to it, and is told when it is ended", async () => {
  const on = bench();
  const sns = fakeChannel(on.clock);
  const quiet = createSilences({ ledger: on.ledger, clock: on.clock, random: () => 0.5 });
  const alerts = on.worker({ sns }, { silences: quiet });
  const { id } = await quiet.add({ ...asked, endsAt: T0 + 3_600_000 });
  await on.join("i-1");
  await on.run(alerts, 20_000);
  expect(sns.sent).toEqual([]);
  expect(on.observed).toEqual(["suppressed silenced"]);
  await quiet.expire(id);
  await on.run(alerts, 10_000);
  expect(sns.sent.map(({ model }) => model.phase)).toEqual(["receipt"]);
  await on.ledger.close();
});
