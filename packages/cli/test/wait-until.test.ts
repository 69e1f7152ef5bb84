import type { Incident } from "@spotkeeper/controller";
import { expect, test } from "vitest";
import { waitUntil } from "../src/simulate/replay/wait-until.ts";

const T0 = Date.parse("2026-01-31T12:00:00Z");
const MINUTE = 60_000;

type Step = Incident["steps"][number];
const stepOf = (responder: string, state: Step["state"], notBefore: number | null = null): Step =>
  ({ id: responder, responder, state, notBefore }) as Step;
const incidentOf = (over: Partial<Incident>): Incident =>
  ({ closedAt: null, openedAt: T0, deadline: T0 + 2 * MINUTE, steps: [], ...over }) as Incident;

const watching = [stepOf("set-draining", "skipped"), stepOf("verify-gone", "waiting")];

test("a closed incident is waited for no more", () => {
  expect(waitUntil(incidentOf({ closedAt: T0 + 1 }), T0 + 2, false)).toBeNull();
});

test("a dry run is over when all that is left is to wait until it is gone, and not before its plan is there", () => {
  expect(waitUntil(incidentOf({ steps: watching }), T0, true)).toBeNull();
  expect(waitUntil(incidentOf({ steps: watching }), T0, false)).toBe(T0 + 7 * MINUTE);
  expect(waitUntil(incidentOf({}), T0, true)).toBe(T0 + 3 * MINUTE);
  expect(waitUntil(incidentOf({ steps: [stepOf("look-up", "waiting"), ...watching] }), T0, true)).not.toBeNull();
});

test("a dry run does not wait for what begins weeks ahead", () => {
  const later = stepOf("set-draining", "waiting", T0 + 20_000 * MINUTE);
  expect(waitUntil(incidentOf({ deadline: T0 + 21_000 * MINUTE, steps: [later] }), T0, true)).toBeNull();
});

test("a deadline that passed long ago ends it soon, and nothing is waited for longer than 20 minutes", () => {
  const old = incidentOf({ deadline: T0 - 600 * MINUTE });
  expect(waitUntil(old, T0, true)).toBe(T0 + MINUTE);
  expect(waitUntil(old, T0 + MINUTE, true)).toBeNull();
  expect(waitUntil(incidentOf({ deadline: null }), T0, false)).toBe(T0 + 20 * MINUTE);
  expect(waitUntil(incidentOf({ deadline: T0 + 900 * MINUTE }), T0 + 20 * MINUTE, false)).toBeNull();
});
