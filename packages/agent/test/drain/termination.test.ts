import { expect, test } from "vitest";
import { createDrainer } from "../../src/drain/drainer.ts";
import { addTo, type Registration } from "../../src/drain/registry.ts";
import { type NoticeFields, toNotice } from "../../src/notice.ts";
import { fakeHost } from "../support/host.ts";

/** How long a job of ten minutes has, where first the one and then the other is heard. */
async function timeOf(first: NoticeFields, then?: NoticeFields): Promise<number> {
  const host = fakeHost();
  const { clock } = host;
  const parts = new Set<Registration>();
  const emit = () => Promise.resolve();
  const budgets = { finish: 600_000 };
  const [take] = createDrainer(host, parts, new Set(), budgets, 10_000, 28_000, ["termination"], false, emit);
  const left: number[] = [];
  addTo(parts)("job", async ({ remaining }) => {
    await new Promise<void>((resolve) => clock.setTimer(clock.now() + 1_000, resolve));
    left.push(remaining());
  });
  take([toNotice(first, clock), null]);
  if (then !== undefined) {
    await clock.advance(500);
    take([toNotice(then, clock), null]);
  }
  await clock.advance(1_000);
  return left[0] ?? 0;
}

test("where the group ends the instance, raised budgets count in full: a hook may hold it", async () => {
  expect(await timeOf({ kind: "termination", action: "terminate" })).toBeGreaterThan(590_000);
});

test("SIGTERM shortens that, as ever", async () => {
  const signal: NoticeFields = { kind: "signal", detail: "SIGTERM" };
  expect(await timeOf({ kind: "termination", action: "terminate" }, signal)).toBeLessThan(28_000);
  expect(await timeOf(signal)).toBeLessThan(28_000);
});
