import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { step, writes } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** Of a group that opted out, so that nobody answers it: each launch is abandoned, and the group launches again. */
const unanswered = {
  tags: { "spotkeeper:enabled": "false" },
  hooks: [
    {
      name: "spotkeeper-launching",
      transition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      heartbeatTimeout: 300,
      defaultResult: "ABANDON",
    },
  ],
} as const;

/** From the warning: two minutes to the deadline, and fifteen in which a replacement is looked for. */
const WITHIN = (120 + 900 + 60) * 1_000;

test("a replacement that never serves is waited for within a budget, however often its group launches", async () => {
  box = await openBox({ build: shop({ group: unanswered }), warm: true });
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(3_600);
  expect(writes(box)).toEqual([]);
  const waited = await box.incident(victim.id);
  expect(step(waited, "verify-replacement")).toMatchObject({ state: "abandoned" });
  const all = await box.incidents();
  expect(all.length).toBeGreaterThan(10);
  const longest = all.map(({ body }) => (body.closedAt ?? box.clock.now()) - body.openedAt);
  expect(Math.max(...longest)).toBeLessThan(WITHIN);
});
