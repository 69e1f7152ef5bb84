import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Archive, ArchivedIncident } from "../../src/record/archive/archive.ts";
import type { IncidentFilter } from "../../src/record/rows/filter.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Params } from "../../src/model/plain.ts";
import { testDurations } from "./contract/durations.ts";
import { testPanels } from "./contract/panels.ts";
import { incident, note, T0 } from "./support/samples.ts";

/** One empty store. */
export interface ArchiveFixture {
  open(): Archive | Promise<Archive>;
  /** Opens another empty one. */
  openEmpty(): Archive | Promise<Archive>;
  remove(): Promise<void>;
}

function archived(id: string, body: Partial<Incident> = {}, labels: Params = {}): ArchivedIncident {
  const key = `incident#${id}#1`;
  return {
    key,
    version: 7,
    incident: incident(id, { closedAt: T0, labels, ...body }),
    timeline: [note(key, "Drained.")],
  };
}

/** What every driver must do. A driver's own test file calls this, and adds what only it does. */
export function testArchive(name: string, setUp: () => Promise<ArchiveFixture>): void {
  describe(`archive contract: ${name}`, () => {
    let fixture: ArchiveFixture;
    let archive: Archive;
    beforeEach(async () => {
      fixture = await setUp();
      archive = await fixture.open();
    });
    afterEach(async () => {
      await archive.close();
      await fixture.remove();
    });

    test("what was put comes back as it was, also by another client", async () => {
      const one = archived("i-1", { hints: { text: "Zürich 東京 👩‍🚀 \u0000 '" } }, { name: "wörker", services: ["a"] });
      await archive.put([one]);
      expect(await archive.get(one.key)).toEqual(one);
      const other = await fixture.open();
      expect(await other.get(one.key)).toEqual(one);
      await other.close();
    });

    test("get answers null for what is not there", async () => {
      expect(await archive.get("incident#i-none#1")).toBeNull();
    });

    test("putting nothing does nothing", async () => {
      await archive.put([]);
      expect(await archive.list({}, 10)).toEqual({ items: [] });
    });

    test("the newer version stays, whatever the order, and an equal one changes nothing", async () => {
      const old = archived("i-1", { outcome: "drained" });
      const newer = { ...archived("i-1", { outcome: "deadline-passed" }), version: 8 };
      await archive.put([old, newer, old]);
      await archive.put([old]);
      await archive.put([{ ...newer, timeline: [] }]);
      expect(await archive.get(old.key)).toEqual(newer);
      expect((await archive.list({ outcome: "drained" }, 10)).items).toEqual([]);
      expect((await archive.list({ outcome: "deadline-passed" }, 10)).items).toEqual([newer]);
    });

    describe("list", () => {
      const a = archived(
        "i-a",
        {
          openedAt: T0,
          region: "eu-west-1",
          availabilityZone: "eu-west-1a",
          outcome: "drained",
          signals: [
            { id: "1", kind: "rebalance", at: T0, receivedAt: T0, source: "sqs" },
            { id: "2", kind: "spot-interruption", at: T0, receivedAt: T0, source: "sqs" },
          ],
        },
        { group: "web", cluster: "prod", instanceType: "m5.large" },
      );
      const b = archived(
        "i-b",
        {
          openedAt: T0 + 1_000,
          region: "us-east-1",
          availabilityZone: null,
          outcome: null,
          closedAt: null,
          signals: [{ id: "3", kind: "rebalance", at: T0, receivedAt: T0, source: "sqs" }],
        },
        { group: "batch", cluster: "test", instanceType: "c5.large", availabilityZone: "us-east-1b" },
      );
      beforeEach(() => archive.put([a, b]));

      test.each<[IncidentFilter, string]>([
        [{}, "i-b i-a"],
        [{ from: T0 }, "i-b i-a"],
        [{ from: T0 + 1 }, "i-b"],
        [{ to: T0 + 1_000 }, "i-a"],
        [{ from: T0, to: T0 + 1_001 }, "i-b i-a"],
        [{ instanceId: "i-a" }, "i-a"],
        [{ group: "batch" }, "i-b"],
        [{ cluster: "prod" }, "i-a"],
        [{ region: "us-east-1" }, "i-b"],
        [{ availabilityZone: "eu-west-1a" }, "i-a"],
        [{ availabilityZone: "us-east-1b" }, "i-b"],
        [{ instanceType: "m5.large" }, "i-a"],
        [{ outcome: "drained" }, "i-a"],
        [{ kind: "rebalance" }, "i-b i-a"],
        [{ kind: "spot-interruption" }, "i-a"],
        [{ kind: "spot" }, ""],
        [{ open: true }, "i-b"],
        [{ open: false }, "i-a"],
        [{ open: false, group: "batch" }, ""],
        [{ group: "web' OR '1'='1" }, ""],
        [{ group: "w*" }, "i-a"],
        [{ group: "?atch" }, "i-b"],
        [{ group: "!web" }, "i-b"],
        [{ group: "!w*" }, "i-b"],
        [{ group: "[w]eb" }, ""],
        [{ group: "[w]*" }, ""],
        [{ cluster: "*" }, "i-b i-a"],
        [{ region: "eu-*" }, "i-a"],
        [{ region: "!eu-*" }, "i-b"],
        [{ availabilityZone: "*-1b" }, "i-b"],
        [{ instanceType: "m5.*" }, "i-a"],
        [{ instanceId: "i-?" }, "i-b i-a"],
        [{ instanceId: "!i-a" }, "i-b"],
      ])("filters by %j", async (filter, expected) => {
        const { items, next } = await archive.list(filter, 10);
        expect(items.map((each) => each.incident.subject.id).join(" ")).toBe(expected);
        expect(next).toBeUndefined();
      });
    });

    test("pages are newest first, and neither repeat nor lose what opened at one instant", async () => {
      const many = Array.from({ length: 57 }, (_, n) => archived(`i-${n}`, { openedAt: T0 + Math.floor(n / 10) }));
      await archive.put(many);
      const seen: ArchivedIncident[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < 20; page++) {
        const { items, next } = await archive.list({ from: T0 }, 7, cursor);
        seen.push(...items);
        // What arrives meanwhile is newer than the cursor, and does not shift the pages.
        await archive.put([archived(`i-new-${page}`, { openedAt: T0 + 1_000 + page })]);
        cursor = next;
        if (next === undefined) break;
      }
      expect(seen.map(({ key }) => key).toSorted()).toEqual(many.map(({ key }) => key).toSorted());
      const times = seen.map((each) => each.incident.openedAt);
      expect(times).toEqual(times.toSorted((x, y) => y - x));
    });

    test("a page has at least one, at most 500", async () => {
      await archive.put(Array.from({ length: 510 }, (_, n) => archived(`i-${n}`)));
      expect((await archive.list({}, 0)).items).toHaveLength(1);
      expect((await archive.list({}, 1e9)).items).toHaveLength(500);
    });

    test.each(["", "x", "bm90IGEgY3Vyc29y", "%00"])("refuses %j as a cursor", async (cursor) => {
      await expect(archive.list({}, 1, cursor)).rejects.toMatchObject({ code: "SK-RECORD-CURSOR" });
    });

    testPanels(async () => fixture.openEmpty());
    testDurations(async () => fixture.openEmpty());

    test("after close it refuses", async () => {
      await archive.close();
      await expect(archive.get("k")).rejects.toMatchObject({ code: "SK-ARCHIVE-CLOSED" });
    });
  });
}
