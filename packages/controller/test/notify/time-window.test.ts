import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAYS, endOf, isWithin, nextBegin, type TimeWindow } from "../../src/notify/pipeline/time-window.ts";

const MINUTE = 60_000;
const nights: TimeWindow = {
  from: "22:00",
  to: "06:00",
  timeZone: "Europe/Berlin",
  days: DAYS,
};

/** Minutes of a span that are in a window. */
function minutesIn(window: TimeWindow, from: string, hours: number): number {
  let count = 0;
  for (let minute = 0; minute < hours * 60; minute++)
    if (isWithin(window, Date.parse(from) + minute * MINUTE)) count += 1;
  return count;
}

describe("by the clock on the wall", () => {
  test.each([
    ["a plain night", "2026-03-10T12:00:00Z", 8 * 60],
    ["the night in spring, when an hour is skipped", "2026-03-28T12:00:00Z", 7 * 60],
    ["the night in autumn, when an hour is repeated", "2026-10-24T12:00:00Z", 9 * 60],
  ])("%s", (_, from, minutes) => {
    expect(minutesIn(nights, from, 24)).toBe(minutes);
  });

  test("a window inside the hour that is skipped does not come; inside the repeated one it comes twice", () => {
    const early: TimeWindow = { ...nights, from: "02:10", to: "02:40" };
    expect(minutesIn(early, "2026-03-28T12:00:00Z", 24)).toBe(0);
    expect(minutesIn(early, "2026-10-24T12:00:00Z", 24)).toBe(60);
  });

  test.each([
    ["UTC, as MAINTENANCE_START and _END have it", "UTC", "2026-01-02T22:00:00Z", "2026-01-03T06:00:00Z"],
    ["half an hour off", "Asia/Kolkata", "2026-01-02T16:30:00Z", "2026-01-03T00:30:00Z"],
    ["summer time in winter", "Australia/Sydney", "2026-01-02T11:00:00Z", "2026-01-02T19:00:00Z"],
  ])("%s", (_, timeZone, begins, ends) => {
    const isIn = (at: number): boolean => isWithin({ ...nights, timeZone }, at);
    expect([Date.parse(begins) - 1, Date.parse(begins), Date.parse(ends) - 1, Date.parse(ends)].map(isIn)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test("a night belongs to the day on which it begins", () => {
    const isIn = (at: number): boolean => isWithin({ ...nights, timeZone: "UTC", days: ["sun"] }, at);
    // 2026-01-04 is a Sunday.
    expect(isIn(Date.UTC(2026, 0, 4, 23))).toBe(true);
    expect(isIn(Date.UTC(2026, 0, 5, 5))).toBe(true);
    expect(isIn(Date.UTC(2026, 0, 4, 5))).toBe(false);
    expect(isIn(Date.UTC(2026, 0, 5, 23))).toBe(false);
  });
});

/** Around the changes of 2026 in zones of both hemispheres, one of which changes by half an hour, and at any other time. */
const instant = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        Date.UTC(2026, 2, 29, 1),
        Date.UTC(2026, 9, 25, 1),
        Date.UTC(2026, 2, 8, 7),
        Date.UTC(2026, 10, 1, 6),
        Date.UTC(2026, 3, 4, 15),
        Date.UTC(2026, 9, 3, 15, 30),
      ),
      fc.integer({ min: -36 * 60, max: 36 * 60 }),
    )
    .map(([change, minutes]) => change + minutes * MINUTE),
  fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) }),
);
const zone = fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "UTC");
const time = fc
  .integer({ min: 0, max: 1_439 })
  .map((minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`);
const shown = (at: number, timeZone: string): string =>
  new Date(at).toLocaleTimeString("sv-SE", { timeZone, hour: "2-digit", minute: "2-digit" });

test("property: it is in the window if what the clock shows is, and never in it and its opposite at once", () => {
  fc.assert(
    fc.property(instant, zone, time, time, (at, timeZone, from, to) => {
      fc.pre(from !== to);
      const now = shown(at, timeZone);
      const within = from < to ? now >= from && now < to : now >= from || now < to;
      expect(isWithin({ ...nights, timeZone, from, to }, at)).toBe(within);
      expect(isWithin({ ...nights, timeZone, from: to, to: from }, at)).toBe(!within);
    }),
    { numRuns: 500 },
  );
});

test("property: days part a window, none overlaps and nothing is lost", () => {
  fc.assert(
    fc.property(instant, zone, time, time, fc.subarray([...DAYS], { minLength: 1 }), (at, timeZone, from, to, days) => {
      fc.pre(from !== to);
      const all = isWithin({ ...nights, timeZone, from, to }, at);
      const some = isWithin({ ...nights, timeZone, from, to, days }, at);
      const rest = isWithin({ ...nights, timeZone, from, to, days: DAYS.filter((day) => !days.includes(day)) }, at);
      expect([some, rest].filter(Boolean)).toHaveLength(all ? 1 : 0);
    }),
    { numRuns: 300 },
  );
});

describe("when it changes", () => {
  test("a night ends in the morning; outside it the next one begins in the evening", () => {
    const [evening, noon] = [Date.parse("2026-01-02T23:30:00Z"), Date.parse("2026-01-03T12:00:00Z")];
    expect(endOf(nights, evening)).toBe(Date.parse("2026-01-03T05:00:00Z"));
    expect(endOf(nights, noon)).toBeNull();
    expect(nextBegin([nights], noon)).toBe(Date.parse("2026-01-03T21:00:00Z"));
    expect(nextBegin([], noon)).toBeNull();
  });

  test("on a Friday evening, office hours begin on Monday", () => {
    const office: TimeWindow = {
      from: "09:00",
      to: "17:00",
      timeZone: "Europe/Berlin",
      days: ["mon", "tue", "wed", "thu", "fri"],
    };
    // The clock changes in between.
    expect(nextBegin([office], Date.parse("2026-03-27T18:00:00Z"))).toBe(Date.parse("2026-03-30T07:00:00Z"));
  });
});

test("property: it is the end of what a time is in, and nothing of the window lies before the next begin", () => {
  fc.assert(
    fc.property(instant, zone, time, time, (at, timeZone, from, to) => {
      fc.pre(from !== to);
      const window = { ...nights, timeZone, from, to };
      const change = isWithin(window, at) ? endOf(window, at) : nextBegin([window], at);
      expect(change).not.toBeNull();
      expect(change).toBeGreaterThan(at);
      expect(isWithin(window, change ?? 0)).toBe(!isWithin(window, at));
    }),
    { numRuns: 500 },
  );
});
