import { expect, test } from "vitest";
import type { Ask } from "../../src/aws/ask.ts";
import { createLoader } from "../../src/enrich/look-up/loader.ts";
import { testClock } from "./support/clock.ts";
import { failure } from "./support/fake-aws.ts";

function bench(answer: (id: string) => string | undefined | Error = (id) => id.toUpperCase()) {
  const clock = testClock();
  const sent: { at: number; key: string; ids: readonly string[]; ask: Ask }[] = [];
  const start = clock.now();
  const loader = createLoader<string, string>({
    clock,
    keyOf: (context) => context,
    async fetch(key, ids, ask) {
      sent.push({ at: clock.now() - start, key, ids, ask });
      await clock.sleep(100);
      return new Map(
        ids.map((id) => {
          const one = answer(id);
          if (one instanceof TypeError) throw one;
          return [id, one as string];
        }),
      );
    },
  });
  const ask = (deadline = 10_000): Ask => ({ purpose: "enrich", deadline: start + deadline });
  return {
    clock,
    sent,
    start,
    load: (id: string, key = "k", deadline?: number) => loader.load(key, id, ask(deadline)),
  };
}

test("what is asked at one instant is one call, for each key", async () => {
  const at = bench();
  const all = await at.clock.settle(Promise.all([at.load("a"), at.load("b"), at.load("a"), at.load("c", "other")]));
  expect(all).toEqual(["A", "B", "A", "C"]);
  expect(at.sent.map(({ key, ids }) => [key, ids])).toEqual([
    ["k", ["a", "b"]],
    ["other", ["c"]],
  ]);
});

test("two calls are under way at most; what is asked meanwhile leaves together; what is under way is shared", async () => {
  const at = bench();
  const later = async (after: number, id: string): Promise<string | undefined> => {
    await at.clock.sleep(after);
    return at.load(id);
  };
  const all = at.clock.settle(
    Promise.all([later(0, "a"), later(10, "b"), later(20, "c"), later(30, "a"), later(40, "d"), later(50, "c")]),
  );
  expect(await all).toEqual(["A", "B", "C", "A", "D", "C"]);
  expect(at.sent.map((one) => [one.at, one.ids])).toEqual([
    [0, ["a"]],
    [10, ["b"]],
    [100, ["c", "d"]],
  ]);
});

test("nothing is kept: asked again later, it is asked again", async () => {
  const at = bench();
  await at.clock.settle(at.load("a"));
  await at.clock.settle(at.load("a"));
  expect(at.sent).toHaveLength(2);
});

test("the earliest deadline counts for all", async () => {
  const at = bench();
  await at.clock.settle(Promise.all([at.load("a", "k", 9_000), at.load("b", "k", 3_000), at.load("c", "k", 5_000)]));
  expect(at.sent.map((one) => one.ask.deadline - at.start)).toEqual([3_000]);
  await at.clock.settle(at.load("d", "k", 8_000));
  expect(at.sent[1]!.ask.deadline - at.start).toBe(8_000);
});

test("each is answered alone: a value, nothing, or why not", async () => {
  const at = bench((id) => (id === "a" ? "A" : id === "b" ? undefined : failure("denied", "Op")));
  const all = await at.clock.settle(Promise.allSettled([at.load("a"), at.load("b"), at.load("c")]));
  expect(all.map((one) => (one.status === "fulfilled" ? one.value : (one.reason as Error).message))).toEqual([
    "A",
    undefined,
    "Op failed",
  ]);
});

test("a call that fails as a whole fails all of it, and the next goes on", async () => {
  const at = bench((id) => (id === "x" ? new TypeError("broken") : id));
  const all = await at.clock.settle(Promise.allSettled([at.load("a"), at.load("x")]));
  expect(all.every((one) => one.status === "rejected")).toBe(true);
  expect(await at.clock.settle(at.load("a"))).toBe("a");
});
