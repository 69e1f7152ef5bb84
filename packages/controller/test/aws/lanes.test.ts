import { describe, expect, test } from "vitest";
import { failed } from "../../src/aws/failure.ts";
import { bench, outcomes, START, wide } from "./support.ts";

const many = (count: number, name = "i"): string[] => Array.from({ length: count }, (_, index) => `${name}${index}`);
const notFound = () => failed("not-found", { service: "test", name: "Do" }, "NotFound", "no such thing");
const throttled = () => failed("throttled", { service: "test", name: "Do" }, "Throttling", "Rate exceeded");

describe("merging", () => {
  test("an idle lane sends at once, and callers of one tick share a call", async () => {
    const { clock, ask, operation, sent } = bench();
    const alone = operation();
    const answers = await clock.runUntilSettled(Promise.all(["a", "b", "c"].map((item) => ask(alone, item))));
    expect(answers).toEqual(["did a", "did b", "did c"]);
    expect(sent).toEqual([{ at: 0, items: ["a", "b", "c"] }]);
  });

  test("what comes while two calls are under way waits, and leaves together", async () => {
    const { clock, ask, operation, sent } = bench();
    const slow = operation({ latency: 100 });
    const asked: Promise<string>[] = [];
    for (const [index, item] of many(6).entries())
      clock.setTimer(START + index * 10, () => asked.push(ask(slow, item)));
    await clock.runUntil(START + 1_000);
    expect(await outcomes(asked)).toEqual(many(6).map((item) => `did ${item}`));
    expect(sent).toEqual([
      { at: 0, items: ["i0"] },
      { at: 10, items: ["i1"] },
      { at: 100, items: ["i2", "i3", "i4", "i5"] },
    ]);
  });

  test("a full batch does not wait for the calls under way", async () => {
    const { clock, ask, operation, sent } = bench();
    const ten = operation({ latency: 1_000 });
    const all = Promise.all(many(45).map((item) => ask(ten, item)));
    await clock.runUntilSettled(all);
    expect(sent.map(({ at, items }) => [at, items.length])).toEqual([
      [0, 10],
      [0, 10],
      [0, 10],
      [0, 10],
      [1_000, 5],
    ]);
  });

  test("no more than twenty calls of a lane are under way", async () => {
    const { clock, ask, operation, sent } = bench();
    const slow = operation({ size: 1, share: "never", latency: 1_000 });
    await clock.runUntilSettled(Promise.all(many(45).map((item) => ask(slow, item))));
    expect(sent.map(({ at }) => at)).toEqual(
      [0, 1_000, 2_000].flatMap((at) => Array<number>(at < 2_000 ? 20 : 5).fill(at)),
    );
  });

  test("groups are not mixed", async () => {
    const { clock, ask, operation, sent } = bench();
    const one = operation();
    await clock.runUntilSettled(Promise.all([ask(one, "a", {}, "cluster-1"), ask(one, "b", {}, "cluster-2")]));
    expect(sent.map(({ items }) => items)).toEqual([["a"], ["b"]]);
  });
});

describe("sharing", () => {
  test("equal items that wait are one, and every caller is answered", async () => {
    const { clock, ask, operation, sent } = bench();
    const one = operation();
    const answers = await clock.runUntilSettled(Promise.all([ask(one, "a"), ask(one, "a"), ask(one, "a")]));
    expect(answers).toEqual(["did a", "did a", "did a"]);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.items).toEqual(["a"]);
  });

  test.each([
    { share: "in-flight", purpose: "enrich", calls: 1 },
    { share: "in-flight", purpose: "act", calls: 2 },
    { share: "queued", purpose: "enrich", calls: 2 },
    { share: "never", purpose: "enrich", calls: 2 },
  ] as const)("$share: a $purpose that finds its like under way makes $calls calls in all", async (row) => {
    const { clock, ask, operation, sent } = bench();
    const one = operation({ share: row.share, latency: 100 });
    const first = ask(one, "a", { purpose: row.purpose });
    await clock.runUntil(START + 50);
    const second = ask(one, "a", { purpose: row.purpose });
    await clock.runUntilSettled(Promise.all([first, second]));
    expect(sent).toHaveLength(row.calls);
  });

  test("what must not be shared is sent as often as it is asked", async () => {
    const { clock, ask, operation, sent } = bench();
    const one = operation({ share: "never", size: 1 });
    await clock.runUntilSettled(Promise.all([ask(one, "a"), ask(one, "a")]));
    expect(sent.map(({ items }) => items)).toEqual([["a"], ["a"]]);
  });
});

describe("failing alone", () => {
  test("a batch that AWS rejects is halved until the bad id stands alone", async () => {
    const { clock, ask, operation, sent } = bench();
    const picky = operation({
      answer: (items) => {
        if (items.includes("i3")) throw notFound();
        return (item) => `did ${item}`;
      },
    });
    const answers = await clock.runUntilSettled(outcomes(many(8).map((item) => ask(picky, item))));
    expect(answers).toEqual(many(8).map((item) => (item === "i3" ? "not-found" : `did ${item}`)));
    // Eight, then two halves of each of 8, 4 and 2.
    expect(sent).toHaveLength(7);
  });

  test("where every id is bad the calls are bounded", async () => {
    const { clock, ask, operation, sent } = bench();
    const no = operation({
      answer: () => {
        throw notFound();
      },
    });
    const answers = await clock.runUntilSettled(outcomes(many(10).map((item) => ask(no, item))));
    expect(answers).toEqual(many(10).map(() => "not-found"));
    expect(sent.length).toBe(2 * 10 - 1);
  });

  test("what is not about an item is not tried in halves", async () => {
    const { clock, ask, operation, sent } = bench();
    const denied = operation({
      answer: () => {
        throw failed("denied", { service: "test", name: "Do" }, "AccessDenied", "no");
      },
    });
    const answers = await clock.runUntilSettled(outcomes(many(4).map((item) => ask(denied, item))));
    expect(answers).toEqual(["denied", "denied", "denied", "denied"]);
    expect(sent).toHaveLength(1);
  });

  test("each item of a call has its own answer", async () => {
    const { clock, ask, operation } = bench();
    const mixed = operation({ answer: () => (item) => (item === "i1" ? notFound() : `did ${item}`) });
    const answers = await clock.runUntilSettled(outcomes(many(3).map((item) => ask(mixed, item))));
    expect(answers).toEqual(["did i0", "not-found", "did i2"]);
  });
});

describe("time", () => {
  test("work whose deadline has passed is answered without a call", async () => {
    const { clock, ask, operation, sent } = bench();
    const answer = await clock.runUntilSettled(outcomes([ask(operation(), "a", { deadline: START })]));
    expect(answer).toEqual(["timed-out"]);
    expect(sent).toEqual([]);
  });

  test("a caller is answered at its own deadline, while others go on waiting for the same call", async () => {
    const { clock, ask, operation } = bench();
    const slow = operation({ latency: 2_000 });
    const early = outcomes([ask(slow, "a", { deadline: START + 500 })]);
    const later = outcomes([ask(slow, "a", { deadline: START + 5_000 })]);
    expect(await clock.runUntilSettled(early)).toEqual(["timed-out"]);
    expect(clock.now() - START).toBe(500);
    expect(await clock.runUntilSettled(later)).toEqual(["did a"]);
  });

  test("a call is ended when nobody waits for it any more", async () => {
    const { clock, ask, operation, records } = bench();
    const answer = outcomes([ask(operation({ latency: 9_000 }), "a", { deadline: START + 300 })]);
    expect(await clock.runUntilSettled(answer)).toEqual(["timed-out"]);
    await clock.runUntil(START + 400);
    expect(records.map(({ outcome, ms }) => [outcome, ms])).toEqual([["timed-out", 300]]);
  });

  test("a call that hangs is given up after ten seconds, and the lane goes on", async () => {
    const { clock, ask, operation, lanes } = bench();
    const hangs = operation({ send: (batch) => batch.request(() => new Promise<never>(() => undefined)) });
    expect(await clock.runUntilSettled(outcomes([ask(hangs, "a")]))).toEqual(["timed-out"]);
    expect(clock.now() - START).toBe(10_000);
    expect(await clock.runUntilSettled(ask(operation({ name: "Other" }), "b"))).toBe("did b");
    lanes.close();
  });

  test("what waits in a queue that does not move is answered at its deadline", async () => {
    const { clock, ask, operation, sent } = bench();
    const scarce = operation({ limit: { name: "scarce", capacity: 1, refill: 0.001 }, size: 1 });
    const answers = outcomes([
      ask(scarce, "a"),
      ask(scarce, "b", { deadline: START + 3_000 }),
      ask(scarce, "c", { deadline: START + 2_000 }),
    ]);
    expect(await clock.runUntilSettled(answers)).toEqual(["timed-out", "timed-out", "did c"]);
    expect(sent.map(({ items }) => items)).toEqual([["c"]]);
  });
});

describe("throttling", () => {
  test("halves the rate, rests, tells when to come back, and recovers", async () => {
    const { clock, ask, operation, sent, records } = bench();
    let refuse = true;
    const busy = operation({
      limit: { name: "busy", capacity: 20, refill: 10 },
      size: 1,
      share: "never",
      latency: 10,
      answer: () => {
        if (refuse) throw throttled();
        return (item) => `did ${item}`;
      },
    });
    const first = await clock.runUntilSettled(ask(busy, "a").catch((error: unknown) => error));
    expect(first).toMatchObject({ fields: { kind: "throttled", retryable: true, retryAt: START + 10 + 300 } });
    refuse = false;
    const answers = await clock.runUntilSettled(outcomes(many(30).map((item) => ask(busy, item))));
    expect(new Set(answers.map((answer) => answer.slice(0, 3)))).toEqual(new Set(["did"]));
    const after = sent.slice(1).map(({ at }) => at);
    expect(after[0]).toBe(310);
    // 4.5 a second instead of 9 at first; faster at the end.
    expect(after[1]! - after[0]!).toBeGreaterThan(200);
    expect(after.at(-1)! - after.at(-2)!).toBeLessThan(150);
    expect(records.filter(({ outcome }) => outcome === "throttled")).toHaveLength(1);
  });

  test("calls that were refused together count once", async () => {
    const { clock, ask, operation } = bench();
    const busy = operation({
      size: 1,
      answer: () => {
        throw throttled();
      },
    });
    const failures = await clock.runUntilSettled(
      Promise.all(many(5).map((item) => ask(busy, item).catch((error: unknown) => error))),
    );
    for (const failure of failures) expect(failure).toMatchObject({ fields: { retryAt: START + 50 + 300 } });
  });
});

describe("urgency", () => {
  test("effects go before reads, these by deadline, and the sweep last and only while three quarters of the bucket are left", async () => {
    const { clock, ask, operation, sent } = bench();
    const scarce = operation({ limit: { name: "scarce", capacity: 4, refill: 1 }, size: 1, latency: 0 });
    const answers = outcomes([
      ask(scarce, "sweep", { purpose: "sweep", deadline: START + 90_000 }),
      ask(scarce, "tell later", { purpose: "enrich", deadline: START + 60_000 }),
      ask(scarce, "act later", { purpose: "act", deadline: START + 110_000 }),
      ask(scarce, "tell soon", { purpose: "poll", deadline: START + 5_000 }),
      ask(scarce, "act soon", { purpose: "act", deadline: START + 100_000 }),
    ]);
    await clock.runUntilSettled(answers);
    expect(sent.map(({ items }) => items[0])).toEqual(["act soon", "act later", "tell soon", "tell later", "sweep"]);
    // None left of 3.6 after the fourth: the sweep waits until 3.6 are there again, which is all that is ours.
    expect(sent.at(-1)!.at).toBeGreaterThan(2_000);
  });

  test("with half of the bucket gone, what could be merged waits for company, longer the emptier the bucket is", async () => {
    const { clock, ask, operation, sent } = bench();
    const scarce = operation({ limit: { name: "scarce", capacity: 4, refill: 4 }, size: 3, latency: 0 });
    await clock.runUntilSettled(outcomes([ask(scarce, "a")]));
    await clock.runUntilSettled(outcomes([ask(scarce, "b")]));
    expect(sent.map(({ at }) => at)).toEqual([0, 0]);
    const rest = outcomes(["c", "d", "e", "f"].map((item) => ask(scarce, item)));
    await clock.runUntilSettled(rest);
    expect(sent.slice(2).map(({ items, at }) => [items.join(""), at])).toEqual([
      ["cde", 0],
      // 0.6 tokens are left of the 2 that are half of the bucket: 70 % of the 250 ms that one token takes.
      ["f", 175],
    ]);
  });

  test("the lines of a lane wait for company as long as tokens for all of them take", async () => {
    const { clock, ask, operation, sent } = bench();
    const scarce = operation({ limit: { name: "scarce", capacity: 10, refill: 10 }, size: 3, latency: 0 });
    // Nine of ten are ours. Each item is of its group, which is its line.
    for (const item of ["1", "2", "3", "4", "5", "6", "7", "8", "9"])
      await clock.runUntilSettled(outcomes([ask(scarce, item)]));
    const began = clock.now() - START;
    const more = ["a", "b", "c", "d"].map((group) => ask(scarce, `${group}1`, {}, group));
    await clock.runUntil(clock.now() + 150);
    more.push(...["a", "b", "c", "d"].map((group) => ask(scarce, `${group}2`, {}, group)));
    await clock.runUntilSettled(outcomes(more));
    const after = sent.slice(9);
    expect(after.map(({ items }) => items.join(""))).toEqual(["a1a2", "b1b2", "c1c2", "d1d2"]);
    expect(after[0]!.at - began).toBeGreaterThan(150);
  });

  test("of reads, what follows up leaves half of the bucket to what first actions wait for", async () => {
    const { clock, ask, operation, sent } = bench();
    const scarce = operation({ limit: { name: "scarce", capacity: 10, refill: 1 }, size: 1, latency: 0 });
    const polls = many(8).map((item) => ask(scarce, item, { purpose: "poll", followsUp: true }));
    await clock.runUntil(START + 100);
    // Four leave at once: of the nine that are ours five stay.
    expect(sent).toHaveLength(4);
    const first = ask(scarce, "first", { purpose: "enrich", followsUp: false, deadline: START + 110_000 });
    await clock.runUntil(START + 200);
    expect(sent.map(({ items }) => items[0]).at(-1)).toBe("first");
    await clock.runUntilSettled(outcomes([...polls, first]));
    expect(sent).toHaveLength(9);
  });

  test("of effects, what follows up another waits for those that have had nothing done", async () => {
    const { clock, ask, operation, sent } = bench();
    const scarce = operation({ limit: { name: "scarce", capacity: 4, refill: 1 }, size: 1, latency: 0 });
    const answers = outcomes([
      ask(scarce, "soon, follows", { purpose: "act", deadline: START + 50_000, followsUp: true }),
      ask(scarce, "told", { purpose: "poll", deadline: START + 5_000 }),
      ask(scarce, "later", { purpose: "act", deadline: START + 110_000, followsUp: false }),
      ask(scarce, "soon", { purpose: "act", deadline: START + 100_000 }),
    ]);
    await clock.runUntilSettled(answers);
    expect(sent.map(({ items }) => items[0])).toEqual(["soon", "later", "soon, follows", "told"]);
  });

  test("a batch that only follow-ups fill waits for more first effects, so that these share its token", async () => {
    const { clock, ask, operation, sent } = bench();
    const three = operation({ limit: { name: "scarce", capacity: 10, refill: 10 }, size: 3, latency: 100 });
    const following = ["x", "y", "z", "u", "v", "w"].map((item) => ask(three, item, { followsUp: true }));
    await clock.runUntil(START + 10);
    const firsts = ["a", "b", "c"].map(async (item, index) => {
      await clock.sleep(10 * index);
      return ask(three, item);
    });
    await clock.runUntil(START + 11);
    const more = ["1", "2", "3"].map((item) => ask(three, item, { followsUp: true }));
    await clock.runUntilSettled(outcomes([...following, ...firsts, ...more]));
    expect(sent.map(({ items }) => items.join(""))).toEqual(["xyz", "uvw", "abc", "123"]);
  });

  test("lanes do not hold each other up", async () => {
    const { clock, ask, operation, lanes } = bench();
    const scarce = operation({ limit: { name: "scarce", capacity: 1, refill: 0.01 }, size: 1 });
    void outcomes(many(5).map((item) => ask(scarce, item)));
    const there = { account: "111122223333", region: "eu-west-1" };
    const elsewhere = lanes.ask(there, scarce, "", "x", { purpose: "act", deadline: START + 60_000 });
    expect(await clock.runUntilSettled(elsewhere)).toBe("did x");
    expect(await clock.runUntilSettled(ask(operation({ name: "Other", limit: wide }), "y"))).toBe("did y");
    expect(clock.now() - START).toBeLessThan(200);
  });
});

test("pages of one batch take turns in the lane, each its own request", async () => {
  const { clock, ask, operation, records } = bench();
  const paged = operation({
    limit: { name: "scarce", capacity: 2, refill: 1 },
    send: async (batch) => {
      for (let page = 0; page < 3; page++) await batch.request(() => clock.sleep(10), `Page${page}`);
      return () => "all";
    },
  });
  expect(await clock.runUntilSettled(ask(paged, "a"))).toBe("all");
  expect(records.map(({ operation: name }) => name)).toEqual(["Page0", "Page1", "Page2"]);
  expect(clock.now() - START).toBeGreaterThan(1_000);
});

test("every request is told of", async () => {
  const { clock, ask, operation, records } = bench();
  await clock.runUntilSettled(Promise.all(["a", "b"].map((item) => ask(operation(), item, { purpose: "poll" }))));
  expect(records).toEqual([
    {
      service: "test",
      operation: "Do",
      account: null,
      region: "eu-west-1",
      outcome: "ok",
      purpose: "poll",
      ms: 50,
      batch: 2,
    },
  ]);
});

test("closing answers everyone who waits, and takes nothing more", async () => {
  const { clock, ask, operation, lanes } = bench();
  const answers = outcomes([ask(operation({ latency: 5_000 }), "a")]);
  await clock.runUntil(START + 10);
  lanes.close();
  expect(await answers).toEqual(["unavailable"]);
  expect(await outcomes([ask(operation(), "b")])).toEqual(["unavailable"]);
  await clock.runUntil(START + 20);
  expect(clock.pending()).toBe(0);
});
