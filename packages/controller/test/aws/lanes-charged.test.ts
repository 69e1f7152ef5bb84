import { describe, expect, test } from "vitest";
import { limits, type Limit } from "../../src/aws/limits.ts";
import { bench } from "./support.ts";

const shared: Limit = { name: "reads", capacity: 20, refill: 10 };
const narrow: Limit = { name: "registrations", capacity: 100, refill: 100, also: shared };
const alone = { size: 1, share: "never", latency: 10 } as const;

describe("a request that is charged to two budgets", () => {
  test("leaves when both have a token, and takes one of each", async () => {
    const { clock, ask, operation, sent } = bench();
    const register = operation({ ...alone, limit: narrow });
    await clock.runUntilSettled(Promise.all(Array.from({ length: 27 }, (_, n) => ask(register, `i${n}`))));
    // Nine tenths of 20 at once, then nine tenths of 10 a second.
    expect(sent.filter(({ at }) => at < 100)).toHaveLength(18);
    expect(sent.at(-1)?.at).toBeGreaterThanOrEqual(950);
    expect(sent.at(-1)?.at).toBeLessThanOrEqual(1_050);
  });

  test("does not wait behind reads that could take the last token", async () => {
    const { clock, ask, operation, sent } = bench();
    const register = operation({ ...alone, name: "Register", limit: narrow });
    const read = operation({ ...alone, name: "Read", limit: shared });
    await clock.runUntilSettled(ask(register, "first"));
    const reads = Array.from({ length: 40 }, (_, n) => ask(read, `r${n}`, { purpose: "poll" }));
    await clock.runUntil(clock.now() + 500);
    const asked = clock.now();
    await clock.runUntilSettled(ask(register, "urgent"));
    expect(clock.now() - asked).toBeLessThan(50);
    await clock.runUntilSettled(Promise.all(reads));
    expect(sent).toHaveLength(42);
  });
});

test("registrations with load balancers are charged to both budgets of their own version of the API", () => {
  expect(limits.elbRegistration).toMatchObject({ capacity: 20, refill: 4, also: { capacity: 40, refill: 10 } });
  expect(limits.classicElbRegistration).toMatchObject({ capacity: 20, refill: 4, also: { capacity: 40, refill: 10 } });
  expect(limits.elbRegistration.also).toBe(limits.elbRead);
  expect(limits.classicElbRegistration.also).toBe(limits.classicElbRead);
  expect(limits.classicElbRead.name).not.toBe(limits.elbRead.name);
});
