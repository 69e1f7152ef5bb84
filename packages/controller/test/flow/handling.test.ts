import { holdDuring, virtualClock, type VirtualClock } from "@spotkeeper/simulator";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Aws } from "../../src/aws/aws.ts";
import { defaultPolicy } from "../../src/decide/defaults.ts";
import { defaultOverrides } from "../../src/enrich/overrides.ts";
import { createHandling, type Handling } from "../../src/flow/handling.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import type { Key } from "../../src/model/key.ts";
import { NO_LINKS } from "../../src/notify/message/links.ts";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import { TELL_ALL } from "../../src/notify/pipeline/suppress-settings.ts";
import { openSqliteArchive } from "../../src/record/archive/sqlite/open.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { NO_SECRETS } from "../../src/secrets/secrets.ts";

const T0 = Date.UTC(2026, 10, 20, 12, 0, 0);
const ID = "i-0abcdef1234567890";
const KEY = `incident#${ID}#1`;

let clock: VirtualClock;
let ledger: Ledger;
let hints: [Key, number][];
let purged: number;

beforeEach(() => {
  clock = virtualClock(T0);
  ledger = holdDuring(clock, openSqliteLedger({ file: ":memory:", clock }));
  hints = [];
  purged = 0;
});
afterEach(() => ledger.close());

function handling(over: Partial<Ledger> = {}): Handling {
  const using: Ledger = {
    ...ledger,
    purge: (before) => {
      purged += 1;
      return ledger.purge(before);
    },
    ...over,
  };
  return createHandling({
    clock,
    random: () => 0.5,
    wake: { at: (key, when) => Promise.resolve(void hints.push([key, when])) },
    ledger: using,
    archive: openSqliteArchive({ file: ":memory:", clock }),
    inventory: createMemoryInventory(),
    aws: {} as Aws,
    policy: () => defaultPolicy,
    overrides: defaultOverrides,
    channels: new Map(),
    routes: [DEFAULT_ROUTE],
    suppress: TELL_ALL,
    links: NO_LINKS,
    secrets: NO_SECRETS,
    gather: 0,
    observer: {},
  });
}

const warning = JSON.stringify({
  id: "3f2c8a1e-0000-4000-8000-000000000001",
  "detail-type": "EC2 Spot Instance Interruption Warning",
  source: "aws.ec2",
  account: "123456789012",
  time: new Date(T0).toISOString(),
  region: "us-east-1",
  resources: [],
  detail: { "instance-id": ID, "instance-action": "terminate" },
});
const origin = { source: "lambda", account: null, region: null, sentAt: T0, receivedAt: T0 } as const;

test("a message that is accepted has a hint, which is pending until it comes", async () => {
  const at = handling();
  expect(at.pending()).toBeNull();
  const verdict = await clock.runUntilSettled(at.accept(warning, origin, T0 + 1_000));
  expect(verdict).toMatchObject({ is: "accepted", incidents: [KEY] });
  expect(hints).toEqual([[KEY, T0]]);
  expect(at.pending()).toBe(T0);
});

test("a duplicate sends the hint again: who took the first may have died before it was sent", async () => {
  const at = handling({ accept: async (...args) => ({ ...(await ledger.accept(...args))!, fresh: false }) });
  await clock.runUntilSettled(at.accept(warning, origin));
  expect(hints).toHaveLength(1);
});

test("what the ledger does not take before the deadline comes again", async () => {
  const at = handling({ accept: () => new Promise(() => {}) });
  const verdict = await clock.runUntilSettled(at.accept(warning, origin, T0 + 500));
  expect({ verdict, now: clock.now() }).toEqual({
    verdict: { is: "later", reason: "it could not be recorded in time" },
    now: T0 + 500,
  });
});

test("what is due and nobody takes is found, and has its hint sent again", async () => {
  const at = handling();
  await clock.runUntilSettled(at.accept(warning, origin));
  hints.length = 0;
  const found: Key[] = [];
  await clock.runUntil(T0 + 1_000);
  await clock.runUntilSettled(at.sweepOnce(Infinity, { grace: 1_500, found: (key) => void found.push(key) }));
  expect(found).toEqual([]);
  await clock.runUntilSettled(at.sweepOnce(Infinity));
  expect(hints).toEqual([[KEY, T0 + 1_000]]);
});

test("each chore is done once, unless the time is over", async () => {
  const at = handling();
  await clock.runUntilSettled(at.housekeepOnce(clock.now()));
  expect(purged).toBe(0);
  await clock.runUntilSettled(at.housekeepOnce(clock.now() + 10_000));
  expect(purged).toBe(1);
});
