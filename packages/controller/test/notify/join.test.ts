import { describe, expect, test } from "vitest";
import type { Facts } from "../../src/enrich/facts.ts";
import { alertKey, joinAlert, tells } from "../../src/notify/join.ts";
import type { Send } from "../../src/model/alert.ts";
import type { SignalKind } from "../../src/model/signal.ts";
import { instance } from "../enrich/support/fleet.ts";
import { incident } from "../record/support/samples.ts";
import { alertDoc, signal, T0, terminating, told, where } from "./support/samples.ts";

const factsOf = (state: string, stateReason: string | null, lifecycle: string | null): Facts => {
  const { facts } = told("i-1", { facts: { instance: instance("i-1", { state, stateReason, lifecycle }) } });
  if (facts === null) throw new Error("these facts are known");
  return facts;
};

const of = (kind: SignalKind, more: Parameters<typeof incident>[1] = {}): ReturnType<typeof incident> =>
  incident("i-1", { signals: [signal(kind)], ...more });

describe("who is told of", () => {
  test.each<SignalKind>([
    "spot-interruption",
    "capacity-reservation-interruption",
    "rebalance",
    "scheduled-change",
    "fargate-spot-stop",
  ])("%s: people are", (kind) => {
    expect(tells(of(kind))).toEqual({ tells: true });
  });

  test.each([
    [
      "a return to the warm pool",
      of("lifecycle-terminating", { lifecycle: [terminating({ destination: "WarmPool" })] }),
      "warm-pool",
    ],
    ["a launching hook", of("lifecycle-launching"), "launch"],
    ["an instance that runs", of("state-change", { seen: { state: "running", at: T0 } }), "nothing-ends"],
    ["a launch result", of("launch-result"), "nothing-ends"],
  ])("%s: nobody is", (_, body, code) => {
    expect(tells(body)).toMatchObject({ tells: false, code, again: null });
  });

  const scaleIn = of("lifecycle-terminating", { lifecycle: [terminating()] });
  const gone = { ...scaleIn, goneAt: T0 };
  test.each([
    ["nothing is known yet", scaleIn, null, { tells: false, code: "unclassified", again: 10_000 }],
    ["On-Demand", scaleIn, factsOf("running", null, null), { tells: false, code: "plain-end", again: null }],
    ["Spot, its warning may be late", scaleIn, factsOf("running", null, "spot"), { tells: false, again: 10_000 }],
    [
      "Spot, gone, but looked at before",
      gone,
      factsOf("running", null, "spot"),
      { tells: false, code: "unclassified", again: 10_000 },
    ],
    ["Spot, gone, interrupted", gone, factsOf("terminated", "Server.SpotInstanceTermination", "spot"), { tells: true }],
    [
      "Spot, gone, by a person",
      gone,
      factsOf("terminated", "Client.UserInitiatedShutdown", "spot"),
      { tells: false, code: "plain-end", again: null },
    ],
    [
      "Spot, gone, EC2 does not say",
      gone,
      factsOf("terminated", null, "spot"),
      { tells: false, code: "unclassified", again: null },
    ],
  ])("its group terminates it: %s", (_, body, facts, verdict) => {
    expect(tells(body, facts)).toMatchObject(verdict);
  });

  test("a warning that comes after the hook is told", () => {
    const body = { ...scaleIn, signals: [signal("lifecycle-terminating"), signal("spot-interruption")] };
    expect(tells(body, factsOf("running", null, "spot"))).toEqual({ tells: true });
  });
});

describe("which alert", () => {
  test.each([
    [where, "alert#111122223333/eu-west-1/cluster:prod"],
    [{ ...where, cluster: null }, "alert#111122223333/eu-west-1/group:web"],
    [{ account: null, region: null, cluster: null, group: null }, "alert#-/-/-"],
  ])("the key never changes with time", (group, key) => {
    expect(alertKey(group)).toBe(key);
  });

  const stored = { ...alertDoc(), version: 1 };

  test("the first opens one, to be sent when the group wait is over", () => {
    const { doc, isNew } = joinAlert(null, where, T0);
    expect(isNew).toBe(true);
    expect(doc).toMatchObject({ version: 0, wakeAt: T0 + 5_000, body: { generation: 1, flushAt: T0 + 5_000 } });
  });

  test("others join it, and write nothing", () => {
    expect(joinAlert(stored, where, T0 + 1_000)).toEqual({ doc: stored, isNew: false });
  });

  test("one that is settled opens again, in a generation of its own and with nothing sent", () => {
    const sends = { sns: { state: "sent", hash: "outcome:a" } as Send };
    const settled = { ...stored, wakeAt: null, body: { ...stored.body, sends } };
    const { doc, isNew } = joinAlert(settled, where, T0 + 60_000);
    expect(isNew).toBe(true);
    expect(doc).toMatchObject({ version: 1, wakeAt: T0 + 65_000, body: { generation: 2, sends: {} } });
  });

  test("one that has told its outcome is written, so that it cannot settle unseen", () => {
    const sends = { sns: { state: "sent", hash: "outcome:a" } as Send };
    const closing = { ...stored, body: { ...stored.body, sends } };
    const { doc, isNew } = joinAlert(closing, where, T0 + 60_000);
    expect(isNew).toBe(true);
    expect(doc).toMatchObject({ version: 1, wakeAt: T0 + 62_000, body: { generation: 1, sends } });
  });
});
