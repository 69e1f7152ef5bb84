import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createAgentOn } from "../../src/agent.ts";
import type { AgentEvents } from "../../src/events.ts";
import type { Notice } from "../../src/notice.ts";
import { type AgentEvent, identityOf } from "../../src/tell/event.ts";
import { createTeller, type SendEvent, connectTeller } from "../../src/tell/teller.ts";
import { settle, virtualClock } from "../support/clock.ts";
import { fakeHost } from "../support/host.ts";

const me = identityOf(
  JSON.stringify({
    instanceId: "i-0123456789abcdef0",
    region: "eu-west-1",
    accountId: "111122223333",
    availabilityZone: "eu-west-1b",
  }),
);
const ending: Notice = {
  kind: "termination",
  action: "terminate",
  deadline: null,
  noticedAt: "2026-01-31T12:00:00.000Z",
  detail: null,
};

/** A teller, the agent's events that it hears, and what the controller is told. */
function setting() {
  const clock = virtualClock();
  const events: AgentEvent[] = [];
  const told: string[] = [];
  let away = false;
  const tell: SendEvent = async (event) => {
    if (away) throw new Error("away");
    events.push(event);
    told.push([event.detail["sequence"], event.detail["state"], event.detail["because"]].join(" "));
  };
  const teller = createTeller({ tell, identify: async () => me, clock, onTrouble: () => {} });
  const listeners = new Map<string, (value: never) => unknown>();
  const on = (event: string, listener: (value: never) => unknown) => {
    listeners.set(event, listener);
    return () => void listeners.delete(event);
  };
  connectTeller({ on }, teller, clock);
  const emit = <E extends keyof AgentEvents>(event: E, value: AgentEvents[E]) => listeners.get(event)?.(value as never);
  const report = (outcome: string, reason = ending) => ({ outcome, reason }) as unknown as AgentEvents["drained"];
  return { clock, teller, events, told, emit, report, setAway: (is: boolean) => void (away = is) };
}

describe("how the work stands is told", () => {
  test("that there is an agent, when its drain begins, and when that is over", async () => {
    const { events, told, emit, report, teller } = setting();
    void teller.reportWork("watching");
    emit("notice", ending);
    emit("draining", ending);
    await settle();
    await emit("drained", report("cut-off"));
    expect(told).toEqual(["0 watching ", "1 draining termination", "2 done termination"]);
    expect(events.at(-1)).toEqual({
      id: expect.stringMatching(/^i-0123456789abcdef0-[0-9a-f]{8}-2$/) as string,
      detailType: "Agent State-change Notification",
      time: "2026-01-31T12:00:00.000Z",
      detail: {
        "instance-id": "i-0123456789abcdef0",
        agent: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
        sequence: 2,
        state: "done",
        because: "termination",
        outcome: "cut-off",
      },
    });
  });

  test("a controller that is away hears the last of it, for ten minutes", async () => {
    const { clock, told, emit, report, setAway } = setting();
    setAway(true);
    emit("draining", ending);
    await clock.advance(20_000);
    void emit("drained", report("drained"));
    await clock.advance(400_000);
    setAway(false);
    await clock.advance(20_000);
    expect(told).toEqual(["1 done termination"]);
    setAway(true);
    const given = emit("drained", report("drained")) as Promise<void>;
    await clock.advance(700_000);
    await given;
  });

  test("work that is taken up again; and a drain that gives way to another is not over", async () => {
    const { told, emit, report } = setting();
    const drill: Notice = { ...ending, kind: "drill" };
    emit("draining", drill);
    await settle();
    void emit("drained", report("cancelled", drill));
    emit("cancelled", { notice: drill, resumed: false });
    await settle();
    emit("draining", ending);
    await settle();
    emit("cancelled", { notice: ending, resumed: true });
    await settle();
    expect(told).toEqual(["0 draining drill", "1 draining termination", "2 watching "]);
  });

  test("that nothing is drained for a termination, where that is so", async () => {
    const { clock, told, emit } = setting();
    emit("notice", ending);
    await clock.advance(16_000);
    expect(told).toEqual(["0 passive termination"]);
    const other = setting();
    other.emit("notice", ending);
    other.emit("draining", ending);
    await other.clock.advance(16_000);
    expect(other.told).toEqual(["0 draining termination"]);
  });

  test("that the agent leaves, once", async () => {
    const { told, teller, emit, report } = setting();
    void teller.reportWork("watching");
    await settle();
    await teller.reportExit();
    await teller.reportExit();
    expect(told).toEqual(["0 watching ", "1 done exit"]);
    await emit("drained", report("drained"));
    await teller.reportExit();
    expect(told).toHaveLength(3);
  });
});

describe("the process ends when those who are told of its drain have heard", () => {
  const drainedOn = (listener: () => unknown) => {
    const host = fakeHost();
    const agent = createAgentOn(host, { metadata: false, signals: [] });
    agent.on("drained", listener);
    void agent.drain({ deadlineIn: 60_000 });
    return host;
  };

  test("and not before", async () => {
    const { clock, exits } = drainedOn(
      () => new Promise((resolve) => clock.setTimer(clock.now() + 4_000, () => resolve(null))),
    );
    await clock.advance(3_900);
    expect(exits).toEqual([]);
    await clock.advance(200);
    await settle();
    expect(exits).toEqual([0]);
  });

  test("but not for ever; and one that fails is a warning", async () => {
    const never = drainedOn(() => new Promise(() => {}));
    await never.clock.advance(29_000);
    expect(never.exits).toEqual([]);
    await never.clock.advance(1_100);
    await settle();
    expect(never.exits).toEqual([0]);
    const failing = drainedOn(async () => {
      await sleep(1);
      throw new Error("no door");
    });
    await sleep(20);
    await settle();
    expect(failing.exits).toEqual([0]);
    expect(failing.warnings.map(String)).toEqual(["Error: no door"]);
  });

  test("where little time is left, they have a second", async () => {
    const host = fakeHost();
    const agent = createAgentOn(host, { metadata: false, signals: [] });
    agent.onDrain(
      "work",
      () => new Promise((resolve) => host.clock.setTimer(host.clock.now() + 90_000, () => resolve(null))),
    );
    agent.on("drained", () => new Promise(() => {}));
    void agent.drain({ deadlineIn: 30_000 });
    await host.clock.advance(22_500);
    await settle();
    expect(host.exits).toEqual([0]);
  });
});
