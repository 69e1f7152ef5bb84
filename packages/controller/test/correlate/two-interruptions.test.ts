import { expect, test } from "vitest";
import type { Signal } from "../../src/model/signal.ts";
import { HOUR, MINUTE, SECOND, hear, partition, permutations, rebalance, state, warning } from "./support.ts";

const expected = (...episodes: readonly (readonly Signal[])[]): readonly string[] =>
  episodes
    .map((signals) =>
      signals
        .map(({ id }) => id)
        .toSorted()
        .join(" "),
    )
    .toSorted();

test("stopped, started, stopped again: two incidents, in every order of arrival", () => {
  const first = [warning(0), state("stopping", 2 * MINUTE), state("stopped", 3 * MINUTE)];
  const running = state("running", 30 * MINUTE);
  const second = [warning(2 * HOUR), state("stopping", 2 * HOUR + 2 * MINUTE), state("stopped", 2 * HOUR + 3 * MINUTE)];
  for (const order of permutations([...first, running, ...second])) {
    const docs = hear(order);
    const without = docs.map((doc) => ({
      ...doc,
      body: { ...doc.body, signals: doc.body.signals.filter(({ id }) => id !== running.id) },
    }));
    expect(partition(without)).toEqual(expected(first, second));
  }
});

test("two interruptions without a start heard in between: two incidents, in every order", () => {
  const first = [warning(0), state("shutting-down", 2 * MINUTE)];
  const second = [warning(11 * MINUTE), state("stopping", 13 * MINUTE), warning(11 * MINUTE + 5 * SECOND)];
  for (const order of permutations([...first, ...second])) {
    const heardEnd = order.findIndex(({ id }) => id === second[1]!.id);
    const heardWarning = order.findIndex(({ id }) => id === second[0]!.id || id === second[2]!.id);
    const docs = hear(order);
    expect(docs).toHaveLength(2);
    // The second end, heard before its own warning, is as near to the first: that cannot be known.
    if (heardEnd > heardWarning) expect(partition(docs)).toEqual(expected(first, second));
  }
});

test("a quick restart: only the start that was heard parts two warnings six minutes apart", () => {
  const [first, running, second] = [warning(0), state("running", 4 * MINUTE), warning(6 * MINUTE)];
  expect(hear([first, running, second])).toHaveLength(2);
  expect(hear([first, second])).toHaveLength(1);
});

test("each with its own recommendation, in every order that can be known", () => {
  const first = [rebalance(-10 * MINUTE), warning(0), state("stopping", 2 * MINUTE)];
  const second = [rebalance(HOUR), warning(2 * HOUR), state("stopping", 2 * HOUR + 2 * MINUTE)];
  let known = 0;
  for (const order of permutations([...first, ...second])) {
    const at = (signal: Signal | undefined): number => order.indexOf(signal!);
    const firstEnd = Math.min(at(first[1]), at(first[2]));
    const others = second.map((signal) => at(signal));
    // Knowable: an end of the first was heard before its recommendation, or before anything of the second.
    const knowable = firstEnd < at(first[0]) || others.every((index) => index > firstEnd);
    if (!knowable) continue;
    known++;
    expect(partition(hear(order))).toEqual(expected(first, second));
  }
  expect(known).toBeGreaterThan(400);
});

test("three lives, with starts heard: three incidents", () => {
  const lives = [0, 3 * HOUR, 6 * HOUR].map((at) => [
    warning(at),
    state("stopping", at + 2 * MINUTE),
    state("stopped", at + 3 * MINUTE),
  ]);
  const starts = [state("running", HOUR), state("running", 4 * HOUR)];
  const docs = hear([...lives[0]!, starts[0]!, ...lives[1]!, starts[1]!, ...lives[2]!]);
  expect(docs.map(({ body }) => body.ordinal)).toEqual([1, 2, 3]);
  expect(docs.map(({ body }) => body.launchedAt)).toEqual([starts[0]!.at, starts[1]!.at, null]);
  // A straggler of the first goes to the first, not to the newest.
  const late = hear([rebalance(-MINUTE)], docs);
  expect(late.find(({ body }) => body.ordinal === 1)!.body.signalCount).toBe(docs[0]!.body.signalCount + 1);
});
