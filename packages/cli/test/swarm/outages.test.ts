import { expect, test } from "vitest";
import { loadParts } from "@spotkeeper/controller";
import { createSimulator, virtualClock } from "@spotkeeper/simulator";
import type { OutageItem } from "../../src/simulate/swarm/dimensions/outages.ts";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import { breakLedger, createOutages, sendThrough } from "../../src/simulate/swarm/events/outages.ts";

const { openSqliteLedger } = await loadParts();

function bench(kind: OutageItem["kind"]) {
  const clock = virtualClock(0);
  const simulator = createSimulator({ clock, seed: 1, world: null, operations: [] });
  const spec = { ...generateWorld(1), outages: [{ kind, from: 10, lasts: 20, of: null }] };
  const outages = createOutages(spec, clock, simulator);
  return { clock, simulator, outages, until: outages.begin() };
}

/** What a call came to: its error's code, or that it went well. */
const outcome = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "went well",
    (error: unknown) => (error as { readonly code?: unknown }).code ?? "broke",
  );

test.each([
  { kind: "ledger full", read: "went well", write: "SK-LEDGER-FULL" },
  { kind: "ledger away", read: "SK-LEDGER-UNAVAILABLE", write: "SK-LEDGER-UNAVAILABLE" },
] as const)("$kind: for as long as it lasts, and no longer", async ({ kind, read, write }) => {
  const { clock, outages, until } = bench(kind);
  const ledger = breakLedger(openSqliteLedger({ file: ":memory:", clock }), outages);
  const ask = async (at: number): Promise<unknown[]> => {
    await clock.runUntil(at);
    return [await outcome(ledger.list("open")), await outcome(ledger.commit([], []))];
  };
  expect(await ask(9_999)).toEqual(["went well", "went well"]);
  expect(await ask(10_000)).toEqual([read, write]);
  expect(await ask(30_000)).toEqual(["went well", "went well"]);
  expect(until).toBe(30_000);
  await ledger.close();
});

test.each([
  { kind: "channel refuses", told: ["refused"], is: "refused" },
  { kind: "channel asks to wait", told: [], is: "retry" },
  { kind: "channel loses its answer", told: ["told"], is: "broke" },
  { kind: "channel is slow", told: ["told"], is: "sent" },
] as const)("$kind", async ({ kind, told, is }) => {
  const { clock, outages } = bench(kind);
  await clock.runUntil(10_000);
  const heard: string[] = [];
  const people = { deliver: () => void heard.push("told"), refuse: () => void heard.push("refused") };
  const result = sendThrough(outages, clock, people).then(
    (one) => one.is,
    () => "broke",
  );
  expect(await clock.runUntilSettled(result)).toBe(is);
  expect(heard).toEqual(told);
});

test.each([
  ["region unreachable", "reset"],
  ["service throttled", "throttle"],
  ["service never answers", "hang"],
] as const)("%s: until it is back", async (kind, effect) => {
  const { clock, simulator } = bench(kind);
  const effects = (): string[] => simulator.faults.list().map(({ fault }) => fault.effect.kind);
  await clock.runUntil(9_999);
  expect(effects()).toEqual([]);
  await clock.runUntil(10_000);
  expect(effects()).toEqual([effect]);
  await clock.runUntil(30_000);
  expect(effects()).toEqual([]);
});
