import { expect, test } from "vitest";
import type { NoticeFields, TimedNotice } from "../../src/notice.ts";
import { type Change, createObserver } from "../../src/watch/observe.ts";
import { instancePaths, type NoNotice } from "../../src/watch/paths.ts";
import { noon } from "../support/clock.ts";

const {
  "spot/instance-action": interruption,
  "events/recommendations/rebalance": rebalance,
  "events/maintenance/scheduled": scheduled,
  "autoscaling/target-lifecycle-state": lifecycle,
} = instancePaths;
const absent = null;
const warning = (at: number, action = "terminate"): NoticeFields | NoNotice =>
  interruption(JSON.stringify({ action, time: new Date(at).toISOString() }));

/** The clocks at one look: the monotonic one, this machine's, and that of whoever told. */
interface Instant {
  readonly now: number;
  readonly wall: number;
  readonly date: string | undefined;
}
const at = (now: number, wall = noon + now, date?: number): Instant => ({
  now,
  wall,
  date: date === undefined ? date : new Date(date).toUTCString(),
});

function look(...looks: readonly (readonly [NoticeFields | NoNotice, Instant])[]): {
  heard: TimedNotice | null;
  told: Change[];
} {
  let instant = at(0);
  const told: Change[] = [];
  const observe = createObserver({ now: () => instant.now, wall: () => instant.wall }, (change) => told.push(change));
  for (const [seen, when] of looks) {
    instant = when;
    observe(seen, when.date);
  }
  return { told, heard: told.at(-1)?.[0] ?? null };
}

test("a warning appears once, with its own time as the deadline", () => {
  const { told } = look([absent, at(0)], [warning(noon + 119_000), at(1_000)], [warning(noon + 119_000), at(2_000)]);
  expect(told).toMatchObject([[{ deadline: 119_000, notice: { kind: "interruption", action: "terminate" } }, null]]);
});

test("a time that slides is one notice, and the first deadline stays", () => {
  const looks = [0, 1_000, 2_000, 60_000].map((now) => [warning(noon + now + 120_000), at(now)] as const);
  const { heard, told } = look(...looks);
  expect(told).toHaveLength(1);
  expect(heard?.deadline).toBe(120_000);
});

test("this machine's clock is ten minutes off: the clock of whoever told counts", () => {
  const [fast, slow] = [600_000, -600_000].map(
    (off) => look([warning(noon + 110_000), at(10_000, noon + 10_000 + off, noon + 9_000)]).heard?.deadline,
  );
  // In whole seconds, rounded so that there is rather less time than more.
  expect([fast, slow]).toEqual([110_000, 110_000]);
});

test("all clocks are wrong: two minutes from the last look that was clear", () => {
  for (const off of [600_000, -600_000]) {
    const { heard } = look([absent, at(4_000, noon + off)], [warning(noon + 120_000), at(5_000, noon + off)]);
    expect(heard?.deadline).toBe(124_000);
  }
});

test("a warning that is found at the start, with a time that is over, leaves nothing", () => {
  expect(look([warning(noon - 30_000), at(0)]).heard?.deadline).toBe(0);
});

test("hibernation begins at once, whatever its time", () => {
  expect(look([warning(noon + 120_000, "hibernate"), at(3_000)]).heard?.deadline).toBe(3_000);
});

test("a warning without a time that can be read has two minutes", () => {
  const sighting = interruption(`{"action":"stop"}`);
  expect(look([sighting, at(3_000)]).heard).toMatchObject({ deadline: 123_000, notice: { action: "stop" } });
});

test("one empty look is a slip; two are a cancellation; then it can come again", () => {
  const first = warning(noon + 120_000);
  const slip = look([first, at(0)], [absent, at(1)], [first, at(2)], [absent, at(3)]);
  expect(slip.told).toHaveLength(1);
  const gone = look([first, at(0)], [absent, at(1)], [absent, at(2)], [absent, at(3)], [first, at(4)]);
  const is = { notice: { kind: "interruption" } };
  expect(gone.told).toMatchObject([
    [is, null],
    [null, is],
    [is, null],
  ]);
});

test.each(["<html><body>502</body></html>", "null", "[]", `"x"`, "1", "{}"])(
  "what cannot be read is not taken for a notice: %s",
  (body) => {
    for (const read of [interruption, rebalance]) expect(() => read(body)).toThrow(Error);
  },
);

test("another action is told anew", () => {
  const { told } = look([warning(noon + 120_000, "stop"), at(0)], [warning(noon + 120_000, "hibernate"), at(1_000)]);
  const [stop, hibernate] = [{ notice: { action: "stop" } }, { notice: { action: "hibernate" } }];
  expect(told).toMatchObject([
    [stop, null],
    [hibernate, stop],
  ]);
});

test("a recommendation's time is in the past, slides, and is no deadline", () => {
  const looks = [0, 1_000].map((now) => {
    const noticeTime = new Date(noon + now - 60_000).toISOString();
    return [rebalance(JSON.stringify({ noticeTime })), at(now)] as const;
  });
  expect(look(...looks).told).toMatchObject([
    [{ deadline: Infinity, notice: { kind: "rebalance", deadline: null } }, null],
  ]);
});

const event = (id: string, start: string, more: object = {}): object => ({
  NotBefore: start,
  Code: "system-reboot",
  Description: "scheduled reboot",
  EventId: id,
  State: "active",
  ...more,
});

test("scheduled events are a list; those that are over do not count; the earliest is the deadline", () => {
  const [later, sooner] = ["31 Jan 2026 14:00:00 GMT", "31 Jan 2026 13:00:00 GMT"];
  const list = [event("b", later), event("a", sooner), event("c", "1 Jan 2026 00:00:00 GMT", { State: "completed" })];
  const { told } = look(
    [scheduled(JSON.stringify(list)), at(0)],
    [scheduled(JSON.stringify(list.toReversed())), at(1)],
  );
  expect(told).toMatchObject([[{ deadline: 3_600_000, notice: { deadline: "2026-01-31T13:00:00.000Z" } }, null]]);
  expect(scheduled("[]")).toBeFalsy();
  expect(scheduled(`[{"Description":"[Canceled] x","EventId":"a"}]`)).toBeFalsy();
  for (const body of [`{"events":1}`, "null", `[null]`, `[{"State":"active"}]`, "<html>"]) {
    expect(() => scheduled(body)).toThrow(Error);
  }
});

test.each([
  ["InService", "absent"],
  ["Standby", "absent"],
  ["Warmed:Stopped", "absent"],
  ["Terminated\n", "present"],
  ["Warmed:Terminated", "present"],
  ["<html>", "unreadable"],
  ["", "unreadable"],
])("target lifecycle state %j: %s", (body, is) => {
  const outcome = (): string => (lifecycle(body) ? "present" : "absent");
  if (is === "unreadable") expect(outcome).toThrow(Error);
  else expect(outcome()).toBe(is);
});
