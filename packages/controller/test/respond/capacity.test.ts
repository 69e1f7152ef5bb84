import fc from "fast-check";
import { expect, test } from "vitest";
import { createLives, type Lives } from "./lives.ts";

const BEFORE = 10;

/** All that is under replacement is handed back, and time passes: nothing more is owed. */
async function end(lives: Lives, ids: readonly string[]): Promise<void> {
  for (let round = 0; round < 6; round++) {
    for (const id of ids) await lives.release(id);
    await lives.run(120);
  }
  await lives.run(900);
  const { baseline, replacing, steps } = await lives.record();
  expect({ baseline, raised: Object.values(replacing).filter((one) => one.raised > 0), steps }).toEqual({
    baseline: null,
    raised: [],
    steps: [],
  });
}

/** For so long AWS takes no write. */
async function outage(lives: Lives, seconds: number): Promise<void> {
  for (let failures = 0; failures < seconds; failures++) lives.trap(0, "refused");
  await lives.run(seconds);
  lives.heal();
}

test("a raise whose answer was lost, while another batch's instance retires: looked at before anything else is written", async () => {
  const lives = createLives(BEFORE);
  await lives.ask("i-0");
  await lives.run(30);
  expect(lives.fleet.desired).toBe(11);
  lives.trap(0, "after");
  await lives.ask("i-1");
  await lives.run(3);
  expect(lives.fleet.desired).toBe(12);
  await lives.release("i-0");
  await lives.run(60);
  await end(lives, ["i-0", "i-1"]);
  expect(lives.fleet.desired).toBe(BEFORE);
  await lives.close();
});

test("a raise that AWS did not take for minutes: what was raised for another instance is paid back all the same", async () => {
  const lives = createLives(BEFORE);
  await lives.ask("i-0");
  await lives.run(30);
  expect(lives.fleet.desired).toBe(11);
  await lives.ask("i-1");
  await outage(lives, 900);
  await end(lives, ["i-0", "i-1"]);
  expect(lives.fleet.desired).toBe(BEFORE);
  expect(lives.noted.filter((text) => text.includes("somebody else"))).toEqual([]);
  await lives.close();
});

test("of a batch one goes by itself: only what was raised for that one is lowered, and the other is retired with decrement", async () => {
  const lives = createLives(BEFORE);
  await lives.ask("i-0");
  await lives.ask("i-1");
  await lives.run(30);
  expect(lives.fleet.desired).toBe(12);
  lives.die("i-0");
  await lives.release("i-0");
  await lives.release("i-1");
  await end(lives, ["i-0", "i-1"]);
  expect(lives.fleet.desired).toBe(BEFORE);
  expect(lives.fleet.activities.map(({ cause }) => cause)).toEqual([
    expect.stringMatching(/i-1 .*shrinking the capacity from 1\d to 1\d/),
  ]);
  await lives.close();
});

const ids = Array.from({ length: 6 }, (_, index) => `i-${index}`);
type Happening = (lives: Lives) => Promise<void> | void;
const happening = (people: boolean): fc.Arbitrary<readonly [string, Happening]> => {
  const named = (what: string, happens: Happening): readonly [string, Happening] => [what, happens];
  const each = (what: string, happens: (id: string) => Happening): fc.Arbitrary<readonly [string, Happening]> =>
    fc.constantFrom(...ids).map((id) => named(`${what} ${id}`, happens(id)));
  const trap = fc
    .tuple(fc.nat(2), fc.constantFrom("before" as const, "after" as const, "lost" as const, "refused" as const))
    .map(([after, how]) => named(`trap ${after} ${how}`, (lives) => lives.trap(after, how)));
  // Far from each other, so that none is by chance what is also ours.
  const sets = fc
    .constantFrom(40, 70, 100)
    .map((to) => named(`people ${to}`, (lives) => void (lives.fleet.desired = to)));
  return fc.oneof(
    each("ask", (id) => (lives) => lives.ask(id)),
    each("release", (id) => (lives) => lives.release(id)),
    each("die", (id) => (lives) => lives.die(id)),
    trap,
    fc.integer({ min: 1, max: 40 }).map((seconds) => named(`run ${seconds}`, (lives) => lives.run(seconds))),
    fc.integer({ min: 100, max: 900 }).map((seconds) => named(`outage ${seconds}`, (lives) => outage(lives, seconds))),
    ...(people ? [sets] : []),
  );
};

test.each([
  ["kills, batches and retirements: desired capacity is in the end what it was", false],
  ["and people between them: what they set last stands", true],
])("property: %s", async (_what, people) => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening(people), { minLength: 4, maxLength: 25 }), async (all) => {
      const lives = createLives(BEFORE);
      let theirs = BEFORE;
      for (const [what, happens] of all) {
        await happens(lives);
        if (what.startsWith("people")) theirs = Number(what.split(" ")[1]);
      }
      await end(lives, ids);
      expect(lives.fleet.desired).toBe(theirs);
      await lives.close();
    }),
    { numRuns: 60 },
  );
});
