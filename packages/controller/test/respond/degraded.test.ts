import { virtualClock, type VirtualClock } from "@spotkeeper/simulator";
import { beforeEach, expect, test } from "vitest";
import type { Ms } from "../../src/clock.ts";
import { defaultPolicy } from "../../src/decide/defaults.ts";
import type { Doc } from "../../src/model/doc.ts";
import { createDegraded, type Degraded } from "../../src/respond/degraded.ts";
import { findResponder } from "../../src/respond/responders/index.ts";
import { T0, warning } from "../correlate/support.ts";
import { factsWith, incidentOf } from "./support.ts";

const AWAY = new Error("the disk is full");
const signal = warning(0);
const incident = incidentOf(signal);

let clock: VirtualClock;
let stored: Doc<"incident">;
let noted: string[];
let begun: { readonly id: string; readonly after: Ms }[];
beforeEach(() => {
  clock = virtualClock(T0);
  stored = incident;
  noted = [];
  begun = [];
});

let told: number;
/** Whether nobody gets an alert: its route is not active, or all channels fail. */
let withheld: boolean;
beforeEach(() => {
  told = 0;
  withheld = false;
});

/** Steps that are done after `takes`, and an alert that is sent after `tells`. */
const degradedOf = ({
  takes = 0,
  tells = 0,
  facts = factsWith(),
}: {
  readonly takes?: Ms;
  readonly tells?: Ms;
  readonly facts?: ReturnType<typeof factsWith>;
}): Degraded =>
  createDegraded({
    clock,
    policy: () => defaultPolicy,
    saw: () => {},
    factsOf: () => facts,
    lookUp: () => Promise.resolve(),
    lookAround: () => Promise.resolve(),
    find: findResponder,
    isSafe: () => true,
    async run(_doc, step) {
      begun.push({ id: step.id, after: clock.now() - T0 });
      await clock.sleep(takes);
      const result = { is: "done", receipt: null } as const;
      return { step, title: step.id, acts: true, startedAt: clock.now(), result };
    },
    stopping: new AbortController().signal,
    async tell() {
      told++;
      await clock.sleep(tells);
      return !withheld;
    },
    ledger: {
      list: () => Promise.resolve({ items: [] }),
      load: () => Promise.resolve(stored as never),
      commit(docs, entries) {
        stored = docs[0] as Doc<"incident">;
        noted.push(...entries.map(({ text }) => text));
        return Promise.resolve([]);
      },
    },
  });

test("an effect that is under way when the ledger comes back is ours, too, and is noted once", async () => {
  const degraded = degradedOf({ takes: 5_000 });
  const handled = degraded.handle(signal, AWAY);
  await clock.runUntil(T0 + 1_000);
  const [effect] = begun;
  await clock.runUntilSettled(Promise.all([handled, degraded.recovered(incident), degraded.recovered(incident)]));
  expect(stored.body.flagged).toContain(`done without the ledger: ${effect?.id}`);
  expect(noted.filter((text) => text === `without the ledger: ${effect?.id}: done`)).toHaveLength(1);
});

test("the wait for tasks does not begin only after a slow channel", async () => {
  const degraded = degradedOf({ tells: 130_000 });
  await clock.runUntilSettled(degraded.handle(signal, AWAY));
  expect(begun.find(({ id }) => id.startsWith("drain-tasks"))?.after).toBeLessThan(5_000);
});

test("a warning of yesterday about an instance that was started since is told to nobody; one of today is", async () => {
  const day = 86_400_000;
  const { instance } = factsWith();
  if (instance === null) throw new Error("the instance is known");
  const started = { ...instance, launchTime: T0 + day - 3_600_000 };
  const degraded = degradedOf({ facts: factsWith({ instance: started, instanceAsOf: T0 + day }) });
  await clock.runUntil(T0 + day);
  await clock.runUntilSettled(degraded.handle({ ...signal, receivedAt: T0 + day }, AWAY));
  expect(told).toBe(0);
  await clock.runUntilSettled(degraded.handle({ ...warning(day), id: "today", receivedAt: T0 + day }, AWAY));
  expect(told).toBe(1);
});

test("what nobody was told of is reported when the message comes again; what somebody was told of is not", async () => {
  const degraded = degradedOf({});
  withheld = true;
  await clock.runUntilSettled(degraded.handle(signal, AWAY));
  withheld = false;
  await clock.runUntilSettled(degraded.handle(signal, AWAY));
  await clock.runUntilSettled(degraded.handle(signal, AWAY));
  expect(told).toBe(2);
});
