import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { createLedger } from "../../src/record/create-ledger.ts";
import type { LedgerDriver } from "../../src/record/ledger/driver.ts";
import { openMemory } from "../../src/record/memory/driver.ts";
import { testLedger } from "./ledger-contract.ts";
import { incidentDoc, T0 } from "./support/samples.ts";

const LAG = 20;

/** The same store for all clients of a test: each has its own end. */
testLedger("memory, with latency and lag", () => {
  const store = openMemory({ clock: systemClock, latency: () => Math.floor(Math.random() * 3), lag: () => LAG });
  let left: number | null = null;
  const client = (): LedgerDriver => {
    const own = openMemory({ clock: systemClock, latency: () => 0, lag: () => 0 });
    let open = true;
    const end =
      <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>, instead: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        open ? call(...args) : instead(...args);
    const writing =
      <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> => {
        if (left === 0) return Promise.reject(new Error("broken off"));
        if (left !== null) left--;
        return call(...args);
      };
    return {
      load: end(store.load, own.load),
      commit: end(writing(store.commit), own.commit),
      touch: end(writing(store.touch), own.touch),
      queued: end(store.queued, own.queued),
      tagged: end(store.tagged, own.tagged),
      history: end(store.history, own.history),
      remove: end(store.remove, own.remove),
      health: store.health,
      async close() {
        open = false;
        await own.close();
      },
    };
  };
  return Promise.resolve({
    open: client,
    settle: () => sleep(LAG + 5),
    failAfter: (writes) => void (left = writes),
    remove: () => store.close(),
  });
});

test("a queue lags, and a document does not", async () => {
  // Longer than a busy machine takes between two calls.
  const lag = 500;
  const ledger = createLedger(openMemory({ clock: systemClock, latency: () => 0, lag: () => lag }));
  await ledger.commit([incidentDoc("i-1")], []);
  expect((await ledger.due(T0, 10)).items).toEqual([]);
  expect(await ledger.load("incident#i-1#1", "incident")).not.toBeNull();
  await sleep(lag + 5);
  expect((await ledger.due(T0, 10)).items).toEqual(["incident#i-1#1"]);
  await ledger.close();
});
