import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SendResult } from "../../src/notify/alert.ts";
import {
  createChannelLimits,
  entered,
  freeAt,
  type ChannelLimit,
  left,
  UNLIMITED,
} from "../../src/notify/outbox/channel-limits.ts";
import { systemClock } from "../../src/clock.ts";
import { correctClock } from "../../src/corrected-clock.ts";
import { T0 } from "./support/samples.ts";

const failed: SendResult = { is: "retry", reason: "answered 500", after: null };
const sent: SendResult = { is: "sent", receipt: null };
const fail = (gate: ChannelLimit, now: number): ChannelLimit => left(entered(gate, null, now), failed, now);
const broken = Array.from({ length: 5 }).reduce<ChannelLimit>((gate) => fail(gate, T0), UNLIMITED);

describe("the circuit", () => {
  test("opens after five failures in a row, and no sooner", () => {
    const four = Array.from({ length: 4 }).reduce<ChannelLimit>((gate) => fail(gate, T0), UNLIMITED);
    expect(freeAt(four, null, T0)).toBe(T0);
    expect(freeAt(fail(left(four, sent, T0), T0), null, T0)).toBe(T0);
    expect(freeAt(broken, null, T0)).toBe(T0 + 30_000);
  });

  test("lets one through to try, whose failure doubles the pause, up to five minutes", () => {
    let gate = broken;
    let now = T0 + 30_000;
    const pauses: number[] = [];
    for (let trial = 0; trial < 6; trial++) {
      expect(freeAt(gate, null, now)).toBe(now);
      const trying = entered(gate, null, now);
      expect(freeAt(trying, null, now + 1)).toBe(now + 15_000);
      gate = left(trying, failed, now);
      pauses.push(freeAt(gate, null, now) - now);
      now = freeAt(gate, null, now);
    }
    expect(pauses).toEqual([60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
    const healed = left(entered(gate, null, now), sent, now);
    expect(freeAt(healed, null, now)).toBe(now);
    expect(Array.from({ length: 5 }).reduce<ChannelLimit>((one) => fail(one, now), healed).openUntil).toBe(
      now + 30_000,
    );
  });

  test("others that were under way when it opened do not lengthen the pause", () => {
    expect(freeAt(left(broken, failed, T0 + 5_000), null, T0 + 5_000)).toBe(T0 + 30_000);
  });

  test("a trial that never comes back is followed by another", () => {
    const trying = entered(broken, null, T0 + 30_000);
    expect(freeAt(trying, null, T0 + 45_000)).toBe(T0 + 45_000);
  });

  test("a refusal is an answer", () => {
    const refused = { is: "refused", reason: "answered 400", because: "request" } as const;
    expect(left(broken, refused, T0)).toMatchObject({ failures: 0, openUntil: null });
  });
});

test("as long as the other side asks, for all alerts", () => {
  const busy = left(UNLIMITED, { is: "retry", reason: "answered 429", after: 7_000 }, T0);
  expect(freeAt(busy, null, T0)).toBe(T0 + 7_000);
  expect(freeAt(left(busy, sent, T0), null, T0)).toBe(T0 + 7_000);
});

test("property: never more than the burst at once, nor faster than the pace", () => {
  const pace = fc.record({ every: fc.integer({ min: 1, max: 2_000 }), burst: fc.integer({ min: 1, max: 5 }) });
  fc.assert(
    fc.property(pace, fc.array(fc.nat(3_000), { maxLength: 40 }), (limit, pauses) => {
      let gate = UNLIMITED;
      let now = T0;
      const times: number[] = [];
      for (const pause of pauses) {
        now = freeAt(gate, limit, now + pause);
        gate = entered(gate, limit, now);
        times.push(now);
      }
      for (const [place, at] of times.entries()) {
        const earlier = times[place - limit.burst];
        if (earlier !== undefined) expect(at - earlier).toBeGreaterThanOrEqual(limit.every);
        const span = at - (times[0] ?? at);
        expect(place + 1).toBeLessThanOrEqual(limit.burst + Math.floor(span / limit.every));
      }
    }),
  );
});

test("asked to wait for a week, it tries again after a quarter of an hour", () => {
  const resting = left(UNLIMITED, { is: "retry", reason: "answered 429", after: 604_800_000 }, T0);
  expect(freeAt(resting, null, T0)).toBe(T0 + 900_000);
});

test("several channels enter together or not at all, and what was not sent is given back", () => {
  const gates = createChannelLimits((channel) => (channel === "chat" ? { every: 1_000, burst: 1 } : null), {
    now: () => T0,
  });
  expect(gates.enter(["chat", "sns"])).toBe(true);
  expect(gates.enter(["chat", "sns"])).toBe(false);
  expect(gates.enter(["sns"])).toBe(true);
  expect(gates.freeAt("chat", T0)).toBe(T0 + 1_000);
  gates.leave(["chat"]);
  expect(gates.freeAt("chat", T0)).toBe(T0);
});

test("when the hour is set back, or corrected, a channel is not shut for it", () => {
  let hour = T0;
  let elapsed = 0;
  const pass = (ms: number): void => {
    hour += ms;
    elapsed += ms;
  };
  const machine = { ...systemClock, now: () => hour, steady: () => elapsed };
  const clock = correctClock(machine, () => {});
  const gates = createChannelLimits(() => ({ every: 1_000, burst: 1 }), clock);
  expect(gates.enter(["chat"])).toBe(true);
  gates.heard("chat", { is: "retry", reason: "answered 429", after: 30_000 });
  // AWS says that it is an hour earlier.
  const heard = clock.asked();
  pass(100);
  heard(T0 - 3_600_000);
  expect(clock.now()).toBeLessThan(T0 - 3_500_000);
  expect(gates.freeAt("chat", clock.now()) - clock.now()).toBe(29_900);
  // Somebody sets the machine's clock.
  hour -= 3_600_000;
  pass(29_900);
  expect(gates.enter(["chat"])).toBe(true);
});

test("what is allowed at once is allowed at the caller's time, also if reading the clock takes a while", () => {
  let hour = T0;
  const clock = { now: () => ++hour };
  const gates = createChannelLimits(() => null, clock);
  const now = clock.now();
  expect(gates.freeAt("chat", now)).toBe(now);
});

test("times are whole milliseconds, also by a monotonic clock that has fractions", () => {
  let elapsed = 0.75;
  const gates = createChannelLimits(() => ({ every: 1_000, burst: 1 }), { now: () => T0, steady: () => elapsed });
  expect(gates.enter(["chat"])).toBe(true);
  elapsed += 250.5;
  expect(Number.isInteger(gates.freeAt("chat", T0))).toBe(true);
});
