import { expect, test } from "vitest";
import { trackAlertMembers } from "../../src/flow/alert-members.ts";
import type { Doc } from "../../src/model/doc.ts";
import { warning } from "../correlate/support.ts";
import { incidentOf } from "../respond/support.ts";

const ALERT = "alert#-/-/cluster:web";
const base = incidentOf(warning(0));
const member = (key: string, closedAt: number | null, ...alerts: readonly string[]): Doc<"incident"> => ({
  ...base,
  key,
  body: {
    ...base.body,
    closedAt,
    alerts: (alerts.length === 0 ? [ALERT] : alerts).map((alert) => ({ key: alert, generation: 1, at: 0 })),
  },
});

test("an alert is named when the last of its incidents closes, and not before", () => {
  const members = trackAlertMembers();
  for (const key of ["a", "b", "c"]) expect(members.closedLast(member(key, null))).toEqual([]);
  expect(members.closedLast(member("other", null, "alert#-/-/cluster:other"))).toEqual([]);
  expect(members.closedLast(member("b", 1))).toEqual([]);
  expect(members.closedLast(member("a", 1))).toEqual([]);
  expect(members.closedLast(member("c", 2))).toEqual([ALERT]);
});

test("an incident of two alerts is the last of one, while the other has more", () => {
  const members = trackAlertMembers();
  members.closedLast(member("a", null, "alert#one", "alert#two"));
  members.closedLast(member("b", null, "alert#two"));
  expect(members.closedLast(member("a", 1, "alert#one", "alert#two"))).toEqual(["alert#one"]);
  expect(members.closedLast(member("b", 1, "alert#two"))).toEqual(["alert#two"]);
});

test("after a restart, one that was never seen open may be the last", () => {
  expect(trackAlertMembers().closedLast(member("a", 1))).toEqual([ALERT]);
});

test("an incident that tells nobody has no alert", () => {
  expect(trackAlertMembers().closedLast({ ...base, body: { ...base.body, closedAt: 1 } })).toEqual([]);
});

test("those that another worker has closed hold no alert back", () => {
  const members = trackAlertMembers();
  for (const key of ["a", "b"]) members.closedLast(member(key, null));
  expect(members.keep(new Set(["a", "b", "x"]))).toEqual([]);
  expect(members.keep(new Set(["a"]))).toEqual([]);
  expect(members.closedLast(member("a", 1))).toEqual([ALERT]);
  members.closedLast(member("a", null));
  expect(members.keep(new Set())).toEqual([ALERT]);
  expect(members.keep(new Set())).toEqual([]);
});
