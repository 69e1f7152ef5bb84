import fc from "fast-check";
import { expect, test } from "vitest";
import type { Ms } from "../../../src/clock.ts";
import type { Archive, ArchivedIncident } from "../../../src/record/archive/archive.ts";
import type { Outcome } from "../../../src/model/incident.ts";
import type { IncidentFilter } from "../../../src/record/rows/filter.ts";
import { panelNames, type PanelQuestion } from "../../../src/record/rows/panel.ts";
import { recount } from "../support/recount.ts";
import { incident, T0 } from "../support/samples.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const groups = oneOf("web", "batch", "it's", null);
const zones = oneOf("eu-west-1a", "eu-west-1b", "us-east-1a", null);
const types = oneOf("m5.large", "c5.large", null);
const outcomes = oneOf<Outcome | null>("drained", "deadline-passed", "cancelled", null);

/** Times at and around the edges of buckets, over four years. */
const times: fc.Arbitrary<Ms> = fc
  .tuple(fc.integer({ min: 0, max: 48 }), oneOf(0, 1, -1, HOUR, 5 * DAY, DAY - 1))
  .map(([months, more]) => Date.UTC(2024, months) + more);

const versions: fc.Arbitrary<ArchivedIncident> = fc
  .record({
    id: fc.integer({ min: 1, max: 8 }),
    version: fc.integer({ min: 1, max: 4 }),
    openedAt: times,
    group: groups,
    zone: zones,
    type: types,
    outcome: outcomes,
    open: fc.boolean(),
  })
  .map(({ id, version, openedAt, group, zone, type, outcome, open }) => ({
    key: `incident#i-${id}#1`,
    version,
    incident: incident(`i-${id}`, {
      openedAt,
      region: zone?.slice(0, -1) ?? "eu-west-1",
      availabilityZone: zone,
      outcome,
      closedAt: open ? null : openedAt + 1_000,
      labels: { ...(group === null ? {} : { group }), ...(type === null ? {} : { instanceType: type }) },
    }),
    timeline: [],
  }));

const filters: fc.Arbitrary<Omit<IncidentFilter, "from" | "to">> = fc.record(
  {
    group: oneOf("web", "it's", "unknown", "*", "!web", "!*", "?eb"),
    availabilityZone: oneOf("eu-west-1a", "us-east-1a", "*a", "*", "!*a"),
    region: oneOf("eu-west-1", "us-east-1", "!us-*"),
    instanceType: oneOf("m5.large", "c5.large", "*.large", "!m5.*"),
    outcome: oneOf("drained", "cancelled"),
    instanceId: oneOf("i-1", "i-2", "i-*", "!i-1"),
    open: fc.boolean(),
  },
  { requiredKeys: [] },
);

const questions: fc.Arbitrary<PanelQuestion> = fc
  .record({ panel: oneOf(...panelNames), ends: fc.tuple(times, times), filter: filters })
  .map(({ panel, ends: [one, other], filter }) => ({
    panel,
    from: Math.min(one, other),
    to: Math.max(one, other),
    filter,
  }));

/** Counts: what each driver must answer. */
export function testPanels(open: () => Promise<Archive>): void {
  test("a panel counts as if each incident were counted again: repeated, late and corrected ones too", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(versions, { maxLength: 6 }), { maxLength: 5 }),
        fc.array(questions, { minLength: 1, maxLength: 6 }),
        async (batches, asked) => {
          const archive = await open();
          try {
            for (const batch of batches) await archive.put(batch);
            for (const question of asked)
              expect(await archive.panel(question)).toEqual(recount(firstOfEach(batches.flat()), question));
          } finally {
            await archive.close();
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a panel has at most 2,000 marks, the largest, and says how many incidents are in the rest", async () => {
    const archive = await open();
    const many = Array.from({ length: 2_100 }, (_, n): ArchivedIncident => {
      const name = `group-${String(n).padStart(4, "0")}`;
      return {
        key: `incident#i-${n}#1`,
        version: 1,
        incident: incident(`i-${n}`, { labels: { group: name } }),
        timeline: [],
      };
    });
    const large = {
      ...many[0]!,
      key: "incident#i-large#1",
      incident: incident("i-large", { labels: { group: "group-2099" } }),
    };
    await archive.put([...many, large]);
    const { marks, rest } = await archive.panel({ panel: "groups", from: T0, to: T0 + 1, filter: {} });
    expect(marks).toHaveLength(2_000);
    expect(marks[0]).toEqual({ at: null, name: "group-2099", count: 2 });
    expect(rest).toBe(100);
    await archive.close();
  });
}

/** Of equal versions of an incident, the first that arrived stays. */
function firstOfEach(all: readonly ArchivedIncident[]): readonly ArchivedIncident[] {
  const seen = new Set<string>();
  return all.filter(({ key, version }) => {
    const id = `${key} ${version}`;
    return seen.size < seen.add(id).size;
  });
}
