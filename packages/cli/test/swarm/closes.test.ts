import { expect, test } from "vitest";
import type { Incident } from "@spotkeeper/controller";
import type { Ended } from "../../src/simulate/swarm/invariants/scene.ts";
import { closing } from "../../src/simulate/swarm/invariants/closing.ts";
import { readPolicy } from "../../src/simulate/swarm/swarm-policy.ts";

const AT = 10 * 3_600_000;
const MINUTE = 60_000;

/** Breaches of a world that ends with one incident, which opened so many minutes ago and has one step left. */
function breaches(openedAgo: number, step: { readonly leftFor: number }): readonly string[] {
  const open = { id: "verify-replacement", responder: "verify-replacement", state: "waiting", reason: null };
  const incident = {
    openedAt: AT - openedAgo * MINUTE,
    closedAt: null,
    signals: [{ kind: "state-change" }],
    steps: [{ ...open, settledAt: null, abandonAt: AT + step.leftFor * MINUTE }],
    owed: [],
  } as unknown as Incident;
  const check = closing.atEnd["every incident closes"];
  const policy = readPolicy({ defaults: { drainWithin: "5m" } });
  return check?.({ at: AT, incidents: new Map([["incident#i-1#1", incident]]), policy } as unknown as Ended) ?? [];
}

test("an incident that opened just before the end may be open as long as its steps have time", () => {
  expect(breaches(1, { leftFor: 15 })).toEqual([]);
  expect(breaches(1, { leftFor: 0 })).toHaveLength(1);
});

test("an incident that opened more than an hour and drainWithin before the end is late, however much time its steps have", () => {
  expect(breaches(64, { leftFor: 15 })).toEqual([]);
  expect(breaches(65, { leftFor: 15 })).toHaveLength(1);
});
