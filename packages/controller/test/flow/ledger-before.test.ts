import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { interrupt, recommend } from "@spotkeeper/simulator";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Clock } from "../../src/clock.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import { warning } from "../record/support/samples.ts";
import { type Box, openBox } from "./box.ts";
import { hostsOf, shop } from "./fleet.ts";

const PURGED = "i-8fbabc671eea9e69f";
const CLOSED = "incident#i-0c105ed0c105ed000#1";
const PACKED = "incident#i-0b16b16b16b16b160#3";
const RECOMMENDED = "incident#i-f72e1a347593cb5bc#1";
const YOUNG = "incident#i-7f77edd9ab95da921#1";
const DRAINING = "incident#i-b681d21d4c3ef5153#1";
const ACCEPTED = "incident#i-e225c79f4e3c2b6fe#1";

let folder: string;
let box: Box;
/** Of the worker that runs now: first one of its own, then the one from before. */
let ledger: Ledger;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "spotkeeper-ledger-"));
  box = await openBox({
    build: shop({ group: { desired: 8, max: 20 }, web: { desired: 6 } }),
    actions: { replace: "detach", replaceCap: 1, replaceWithin: 300_000, onRebalance: "replace" },
    carry: () => {},
    ledger: (first) => {
      ledger = first;
      return new Proxy(first, { get: (_, name) => Reflect.get(ledger, name) as unknown });
    },
  });
});
afterEach(async () => {
  await box.close();
  rmSync(folder, { recursive: true });
});

/** A database as an earlier version left it. */
function openBefore(clock: Clock): Ledger {
  const file = join(folder, "ledger.db");
  const db = new DatabaseSync(file);
  db.exec(readFileSync(join(import.meta.dirname, "../record/fixtures/ledger-1.sql"), "utf8"));
  db.close();
  return openSqliteLedger({ file, clock });
}

const ask = <T>(asked: Promise<T>): Promise<T> => box.clock.runUntilSettled(asked);

/** What happened to the fleet until its worker was killed. */
async function untilTheKill(): Promise<void> {
  await box.run(60);
  const hosts = hostsOf(box.region);
  expect(hosts.map(({ id }) => id)).toContain(PURGED);
  interrupt(box.world, hosts[0]!.id);
  await box.run(1_800);
  recommend(box.world, hosts[1]!);
  interrupt(box.world, hosts[2]!.id);
  await box.run(4);
  interrupt(box.world, hosts[3]!.id);
  await box.run(10);
}

test("a database from before, with open incidents in it, opens, and all that is open in it is seen to its end", async () => {
  await untilTheKill();
  ledger = openBefore(box.clock);
  const packed = await ask(ledger.load(PACKED, "incident"));
  expect(packed?.body.labels["name"]).toHaveLength(10_000);
  expect((await ask(ledger.list("open"))).items.map(({ key }) => key).toSorted()).toEqual(
    [RECOMMENDED, YOUNG, DRAINING, ACCEPTED, PACKED].toSorted(),
  );

  await box.takeOver();
  await box.run(3 * 3_600);

  expect(box.failures).toEqual([]);
  const outcomes = new Map<string, unknown>();
  for (const key of [RECOMMENDED, YOUNG, DRAINING, ACCEPTED]) {
    const doc = await ask(ledger.load(key, "incident"));
    outcomes.set(key, doc?.body.closedAt === null ? doc.body.steps : (doc?.body.outcome ?? doc));
  }
  expect(Object.fromEntries(outcomes)).toEqual({
    [RECOMMENDED]: "deadline-passed",
    // It was recommended; its replacement serves, so that it is drained and retired.
    [YOUNG]: "drained",
    [DRAINING]: "drained",
    // The fleet was never told to interrupt it.
    [ACCEPTED]: "cancelled",
  });
  const group = await ask(ledger.load("group#123456789012/us-east-1/web", "group"));
  expect(Object.values(group?.body.replacing ?? {}).filter(({ state }) => state === "launching")).toEqual([]);
  expect((await ask(ledger.unarchived())).items).toEqual([]);
  expect((await ask(ledger.load(CLOSED, "incident")))?.body.archivedVersion).toBe(1);
  expect(box.sent.flatMap(({ members }) => members.map(({ subject }) => subject))).toContain("i-b681d21d4c3ef5153");
  expect((await ask(ledger.history(YOUNG))).items.map(({ kind }) => kind)).toContain("outcome");
});

test("ordinals go on after those from before, purged ones among them", async () => {
  ledger = openBefore(box.clock);
  const again = (id: string) => ledger.accept(warning(id, "m-again", box.clock.now() + 86_400_000), box.clock.now());
  expect((await ask(again(PURGED)))?.doc.key).toBe(`incident#${PURGED}#2`);
  expect((await ask(again("i-0c105ed0c105ed000")))?.doc.key).toBe("incident#i-0c105ed0c105ed000#2");
  expect((await ask(again("i-0b16b16b16b16b160")))?.doc.key).toBe("incident#i-0b16b16b16b16b160#4");
  expect((await ask(ledger.history(CLOSED))).items).toHaveLength(1);
  await ask(ledger.purge(Date.UTC(2026, 11, 1)));
  expect((await ask(ledger.list("silence"))).items).toEqual([]);
});
