import fc from "fast-check";
import { expect, test } from "vitest";
import type { Doc } from "../../src/model/doc.ts";
import type { Signal } from "../../src/model/signal.ts";
import { HOUR, MINUTE, SECOND, hear, permutations, rebalance, state, terminating, warning } from "./support.ts";

/** What must not depend on the order of arrival. */
function essence(doc: Doc<"incident">): unknown {
  const { body } = doc;
  return {
    key: doc.key,
    deadline: body.deadline,
    action: body.action,
    signals: body.signals.map(({ id }) => id),
    count: body.signalCount,
    lifecycle: body.lifecycle,
    first: body.firstEndingAt,
    last: body.lastWarningAt,
    seen: body.seen,
    launchedAt: body.launchedAt,
    wakes: doc.wakeAt !== null,
  };
}

const interruptions: readonly (readonly [string, readonly Signal[]])[] = [
  [
    "terminated",
    [
      rebalance(-90 * MINUTE),
      warning(0),
      terminating(3 * SECOND),
      state("shutting-down", 121 * SECOND),
      state("terminated", 150 * SECOND),
    ],
  ],
  ["stopped", [rebalance(0), warning(SECOND), state("stopping", 122 * SECOND), state("stopped", 15 * MINUTE)]],
  [
    "rebalanced by its group",
    [rebalance(0), terminating(5 * SECOND), warning(3 * HOUR), state("shutting-down", 3 * HOUR + 2 * MINUTE)],
  ],
  [
    "scaled in behind a long hook",
    [terminating(0), state("shutting-down", 47 * HOUR), state("terminated", 47 * HOUR + MINUTE)],
  ],
  [
    "rebalance after the warning",
    [warning(0), rebalance(30 * SECOND), state("stopping", 2 * MINUTE), state("stopped", 3 * MINUTE)],
  ],
  ["states in the same second", [warning(0), state("shutting-down", 2 * MINUTE), state("terminated", 2 * MINUTE)]],
];

test.each(interruptions)("%s: in every order it is one incident, always the same", (_, signals) => {
  const [first, ...rest] = permutations(signals).map((order) => hear(order));
  expect(first).toHaveLength(1);
  for (const docs of rest) {
    expect(docs).toHaveLength(1);
    expect(essence(docs[0]!)).toEqual(essence(first![0]!));
  }
});

test("any subset, in any order, with any duplicates, is one incident that has each signal once", () => {
  fc.assert(
    fc.property(
      fc
        .constantFrom(...interruptions.map(([, signals]) => signals))
        .chain((signals) => fc.array(fc.constantFrom(...signals), { minLength: 1, maxLength: 12 })),
      (heard) => {
        const docs = hear(heard);
        const unique = [...new Set(heard)];

        expect(docs).toHaveLength(1);
        expect(docs[0]!.body.signals.map(({ id }) => id).toSorted()).toEqual(unique.map(({ id }) => id).toSorted());
        expect(docs[0]!.body.signalCount).toBe(unique.length);
        const deadlines = unique.flatMap(({ deadline }) => (deadline === null ? [] : [deadline]));
        expect(docs[0]!.body.deadline).toBe(deadlines.length === 0 ? null : Math.min(...deadlines));
      },
    ),
    { numRuns: 2_000 },
  );
});

test("the same warning over two paths, some seconds apart, moves no deadline", () => {
  for (const order of permutations([warning(0), warning(4 * SECOND), warning(9 * SECOND)])) {
    const [doc, ...none] = hear(order);
    expect(none).toEqual([]);
    expect(doc!.body.deadline).toBe(warning(0).deadline);
    expect(doc!.body.signalCount).toBe(3);
  }
});
