import fc from "fast-check";
import { expect, test } from "vitest";
import type { Archive, ArchivedIncident } from "../../../src/record/archive/archive.ts";
import { durationOf, type Durations, MEASURES, measureNames } from "../../../src/record/rows/durations.ts";
import { matches } from "../../../src/record/rows/filter.ts";
import { toRow } from "../../../src/record/rows/row.ts";
import { incident, T0 } from "../support/samples.ts";

const some = fc.option(fc.integer({ min: -300_000, max: 900_000 }));
const versions: fc.Arbitrary<ArchivedIncident> = fc
  .record({
    ...{ id: fc.integer({ min: 1, max: 6 }), version: fc.integer({ min: 1, max: 3 }) },
    ...{ group: fc.constantFrom("web", "batch"), ago: fc.integer({ min: 0, max: 10_000 }) },
    ...{ drained: some, serves: some, launched: some, recommended: some },
  })
  .map(({ id, version, group, ago, drained, serves, launched, recommended }) => {
    const at = T0 - ago;
    const after = (ms: number | null): number | null => (ms === null ? null : at + ms);
    const signal = (kind: "rebalance" | "spot-interruption", when: number) =>
      ({ id: kind, kind, at: when, receivedAt: when, source: "sqs" }) as const;
    return {
      key: `incident#i-${id}#1`,
      version,
      incident: incident(`i-${id}`, {
        openedAt: at,
        deadline: at + 120_000,
        drainedAt: after(drained),
        servesAt: after(serves),
        labels: { group, ...(launched === null ? {} : { launchTime: at - Math.abs(launched) }) },
        signals: [
          ...(recommended === null ? [] : [signal("rebalance", at - Math.abs(recommended))]),
          signal("spot-interruption", at),
        ],
      }),
      timeline: [],
    };
  });

/** What an archive with the newest versions of these incidents must answer. */
function summedAgain(all: readonly ArchivedIncident[], from: number, to: number, group: string): Durations {
  const newest = new Map<string, ArchivedIncident>();
  for (const each of all) if (each.version > (newest.get(each.key)?.version ?? 0)) newest.set(each.key, each);
  const rows = [...newest.values()]
    .map(({ key, incident: body }) => toRow(key, body))
    .filter((row) => matches(row, { from, to, group }));
  const of = (measure: keyof typeof MEASURES) =>
    durationOf(
      rows
        .map((row) => row[MEASURES[measure]])
        .filter((value) => value !== null)
        .map((seconds) => Math.round(seconds * 1_000))
        .toSorted((a, b) => a - b),
    );
  return Object.fromEntries(measureNames.map((measure) => [measure, of(measure)])) as unknown as Durations;
}

export function testDurations(open: () => Promise<Archive> | Archive): void {
  test("durations are those of all incidents again, whatever came late, twice or corrected", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(versions, { maxLength: 20 }), fc.integer({ min: 0, max: 10_000 }), async (all, ago) => {
        const archive = await open();
        for (const one of all) await archive.put([one]);
        const question = { from: T0 - ago, to: T0 + 1, filter: { group: "web" } };
        expect(await archive.durations(question)).toEqual(summedAgain(all, question.from, question.to, "web"));
        await archive.close();
      }),
      { numRuns: 40 },
    );
  });
}
