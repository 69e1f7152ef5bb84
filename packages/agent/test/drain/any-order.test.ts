import fc from "fast-check";
import { expect, test } from "vitest";
import type { Action, TimedNotice, NoticeKind } from "../../src/notice.ts";
import { notice, set } from "./support/set.ts";

/** What can happen to a process, in any order. `path`: where metadata tell of it. */
type Happening =
  | { readonly is: "comes" | "changes"; readonly path: number; readonly action: Action }
  | { readonly is: "goes"; readonly path: number }
  | { readonly is: "signal" }
  | { readonly is: "asked"; readonly kind: NoticeKind; readonly action: Action | null }
  | { readonly is: "time"; readonly ms: number };

const action = fc.constantFrom<Action>("terminate", "stop", "hibernate");
const path = fc.integer({ min: 0, max: 1 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ is: fc.constantFrom("comes" as const, "changes" as const), path, action }),
  fc.record({ is: fc.constant("goes" as const), path }),
  fc.record({
    is: fc.constant("asked" as const),
    kind: fc.constantFrom<NoticeKind>("drill", "request"),
    action: fc.constantFrom<Action | null>(null, "hibernate"),
  }),
  fc.record({ is: fc.constant("signal" as const) }),
  fc.record({ is: fc.constant("time" as const), ms: fc.constantFrom(0, 10, 200, 600, 2_500, 7_000, 20_000) }),
);

/** A process some of whose parts cannot be taken up again at the first try, where `fails` says so. */
function process(fails: boolean) {
  const { clock, add, heard, lasts, take, drain, state } = set();
  const is = { stopped: false, closed: false };
  let [running, most, tries] = [0, 0, 0];
  add("work", {
    "stop-intake": () => void (is.stopped = true),
    finish: async ({ wait }) => {
      most = Math.max(most, (running += 1));
      await wait(4_000);
      running -= 1;
    },
    resume: async () => {
      await lasts(300);
      if (fails && (tries += 1) % 2 === 1) throw new Error("gone");
      is.stopped = false;
    },
  });
  add("pool", { close: () => void (is.closed = true) });
  return { clock, take, drain, state, heard, is, most: () => most };
}

test("whatever happens, in any order: what stands is drained for, and who says that it runs does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 14 }), fc.boolean(), async (happenings, fails) => {
      const { clock, take, drain, state, heard, is, most } = process(fails);
      const standing: (TimedNotice | undefined)[] = [];
      let [asked, drilled] = [false, false];
      let answers = 0;
      const requests: Promise<unknown>[] = [];
      for (const one of happenings) {
        if (one.is === "time") await clock.advance(one.ms);
        else if (one.is === "signal") {
          asked = true;
          take([heard(notice("signal", null)), null]);
        } else if (one.is === "asked") {
          asked ||= one.kind === "request" && one.action === null;
          drilled ||= one.kind === "drill" || one.action === "hibernate";
          requests.push(drain(heard(notice(one.kind, one.action))).then(() => (answers += 1)));
        } else {
          const before = standing[one.path];
          if ((one.is === "comes") === (before !== undefined)) continue;
          const now = one.is === "goes" ? undefined : heard(notice("interruption", one.action));
          standing[one.path] = now;
          take([now ?? null, before ?? null]);
        }
      }
      await clock.advance(400_000);

      const stands = standing.flatMap((one) => one?.notice.action ?? []);
      const ends = state();
      if (asked || stands.some((what) => what !== "hibernate")) expect(ends).toBe("drained");
      else if (stands.length > 0) expect(ends).toMatch(/^(asleep|drained)$/);
      else if (!drilled && !is.closed && !fails) expect(ends).toBe("running");
      if (ends === "running") expect([is, stands]).toEqual([{ stopped: false, closed: false }, []]);
      if (ends === "drained") expect(is.closed).toBe(true);
      expect(ends).not.toBe("draining");
      expect([most() <= 1, clock.pending(), answers]).toEqual([true, 0, requests.length]);
    }),
    { numRuns: 2_000 },
  );
});
