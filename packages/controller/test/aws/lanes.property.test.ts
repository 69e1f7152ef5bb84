import fc from "fast-check";
import { expect, test } from "vitest";
import type { Purpose } from "../../src/aws/ask.ts";
import { failed } from "../../src/aws/failure.ts";
import type { Limit } from "../../src/aws/limits.ts";
import { bench, START } from "./support.ts";

interface Caller {
  readonly item: string;
  readonly at: number;
  readonly wait: number;
  readonly purpose: Purpose;
}

const callers = fc.array(
  fc.record({
    item: fc.integer({ min: 0, max: 25 }).map((id) => `i${id}`),
    at: fc.integer({ min: 0, max: 3_000 }),
    wait: fc.integer({ min: 1, max: 30_000 }),
    purpose: fc.constantFrom<Purpose>("act", "enrich", "poll", "sweep"),
  }),
  { minLength: 1, maxLength: 60 },
);

const settings = fc.record({
  capacity: fc.integer({ min: 1, max: 20 }),
  refill: fc.integer({ min: 1, max: 10 }),
  size: fc.integer({ min: 1, max: 10 }),
  latency: fc.integer({ min: 0, max: 900 }),
  share: fc.constantFrom("in-flight" as const, "queued" as const, "never" as const),
  /** Ids that AWS rejects a whole batch for. */
  bad: fc.integer({ min: 0, max: 25 }),
  /** Every so many calls AWS throttles one; 0: none. */
  throttleEvery: fc.integer({ min: 0, max: 5 }),
});

/** Runs all callers to their end, and tells what each got, and what reached AWS. */
async function play(all: readonly Caller[], setting: typeof settings extends fc.Arbitrary<infer T> ? T : never) {
  const { clock, ask, operation, sent, records } = bench(() => 0.5);
  const limit: Limit = { name: "some", capacity: setting.capacity, refill: setting.refill };
  let calls = 0;
  const asked = operation({
    ...setting,
    limit,
    answer: (items) => {
      calls++;
      const say = (kind: "throttled" | "not-found") => failed(kind, { service: "test", name: "Do" }, kind, "no");
      if (setting.throttleEvery > 0 && calls % setting.throttleEvery === 0) throw say("throttled");
      if (items.includes(`i${setting.bad}`)) throw say("not-found");
      return (item) => `did ${item}`;
    },
  });
  const answered = all.map(() => [] as { readonly what: string; readonly at: number }[]);
  for (const [index, caller] of all.entries()) {
    clock.setTimer(START + caller.at, () => {
      const deadline = START + caller.at + caller.wait;
      const note = (what: string): void => void answered[index]!.push({ what, at: clock.now() - START });
      ask(asked, caller.item, { purpose: caller.purpose, deadline }).then(note, (error) =>
        note((error as { fields: { kind: string } }).fields.kind),
      );
    });
  }
  await clock.runUntil(START + 120_000);
  return { answered, sent, records, limit, pending: clock.pending() };
}

test("every caller is answered exactly once, by its deadline, and rightly", async () => {
  await fc.assert(
    fc.asyncProperty(callers, settings, async (all, setting) => {
      const { answered, pending } = await play(all, setting);
      for (const [index, caller] of all.entries()) {
        expect(answered[index]).toHaveLength(1);
        const { what, at } = answered[index]![0]!;
        expect(at).toBeLessThanOrEqual(caller.at + caller.wait);
        const isBad = caller.item === `i${setting.bad}`;
        const mayBe = [isBad ? "not-found" : `did ${caller.item}`, "timed-out"];
        expect(setting.throttleEvery > 0 ? [...mayBe, "throttled"] : mayBe).toContain(what);
      }
      expect(pending).toBe(0);
    }),
    { numRuns: 150 },
  );
});

test("the bucket is never overdrawn, nor a batch too large", async () => {
  await fc.assert(
    fc.asyncProperty(callers, settings, async (all, setting) => {
      const { sent, limit } = await play(all, setting);
      for (const { items } of sent) expect(items.length).toBeLessThanOrEqual(setting.size);
      // In any window: no more than a full bucket and what flows into it meanwhile.
      for (let from = 0; from < sent.length; from++) {
        for (let to = from; to < sent.length; to++) {
          const seconds = (sent[to]!.at - sent[from]!.at) / 1000;
          expect(to - from + 1).toBeLessThanOrEqual(limit.capacity + seconds * limit.refill + 1e-9);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test("of equal purpose, the earliest deadline goes first", async () => {
  const waits = fc.array(fc.integer({ min: 5_000, max: 100_000 }), { minLength: 2, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(waits, fc.integer({ min: 1, max: 4 }), async (deadlines, size) => {
      const { clock, ask, operation, sent } = bench();
      const scarce = operation({ limit: { name: "scarce", capacity: 1, refill: 10 }, size, latency: 0 });
      const promises = deadlines.map((wait, index) => ask(scarce, `${index}`, { deadline: START + wait }));
      await clock.runUntilSettled(Promise.allSettled(promises));
      const order = sent.flatMap(({ items }) => items).map((item) => deadlines[Number(item)]!);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }),
    { numRuns: 100 },
  );
});

test("the sweep leaves half the bucket to others", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 60 }), async (capacity, count) => {
      const { clock, ask, operation, sent } = bench();
      const swept = operation({ limit: { name: "some", capacity, refill: 1 }, size: 1, latency: 0 });
      const sweep = { purpose: "sweep", deadline: START + 3_600_000 } as const;
      const all = Array.from({ length: count }, (_, index) => ask(swept, `${index}`, sweep));
      await clock.runUntil(START + 10);
      expect(sent.length).toBeLessThanOrEqual(Math.ceil(capacity / 2));
      await clock.runUntilSettled(Promise.all(all));
      expect(sent).toHaveLength(count);
    }),
    { numRuns: 50 },
  );
});
