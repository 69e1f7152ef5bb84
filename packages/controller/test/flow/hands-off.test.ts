import { interrupt } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { expectSettled, toldOf, writes } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { defaultPolicy, defaultActions } from "../../src/decide/defaults.ts";
import { hostOf, shop, type ShopOptions } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const tagged = (tags: Record<string, string>): ShopOptions => ({ group: { tags } });

describe.each<[string, ShopOptions, Partial<typeof defaultActions>, string, RegExp]>([
  ["a dry run", {}, { dryRun: true }, "dry-run", /dry run: would drain the container instance/],
  ["the opt-out tag", tagged({ "spotkeeper:enabled": "false" }), {}, "ignored-by-policy", /only observed/],
  ["a policy that does not act", {}, { act: false }, "ignored-by-policy", /only observed/],
  ["a node of Karpenter", tagged({ "karpenter.sh/nodepool": "default" }), {}, "handed-off", /left to karpenter/],
  [
    "a group that only its operator may change",
    { group: { operator: "eks.amazonaws.com" } },
    {},
    "handed-off",
    /left to eks-auto-mode/,
  ],
])("%s: told, and no write reaches AWS", (_name, options, actions, outcome, words) => {
  const cases = (["never", "detach", "raise"] as const).flatMap((replace) =>
    [false, true].map((warm) => ({ replace, warm })),
  );
  test.each(cases)("replacement $replace, inventory warm: $warm", async ({ replace, warm }) => {
    box = await openBox({
      build: shop({ ...options, standalone: true }),
      warm,
      policy: { ...defaultPolicy, defaults: { ...defaultActions, ...actions, replace } },
    });
    await box.run(60);
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id);
    await box.run(1_800);
    expect(writes(box)).toEqual([]);
    expect((await box.incident(victim.id)).outcome).toBe(outcome);
    const told = toldOf(box, victim.id);
    expect(told[0]?.phase).toBe("receipt");
    expect(told[0]?.stakes[0]).toMatch(/^web keeps 3 of 4 tasks/);
    expect(told.flatMap((model) => model.doing).join()).toMatch(words);
  });
});

test("an opt-in tag that is required and not there: told, and not touched; with it, drained", async () => {
  const policy = { ...defaultPolicy, tag: { name: "spotkeeper:enabled", required: true } };
  box = await openBox({ build: shop(), policy });
  await box.run(60);
  interrupt(box.world, hostOf(box.region).id);
  await box.run(1_800);
  expect(writes(box)).toEqual([]);
  await box.close();
  box = await openBox({ build: shop(tagged({ "spotkeeper:enabled": "true" })), policy });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(1_800);
  expect((await box.incident(victim.id)).outcome).toBe("drained");
  await expectSettled(box);
});
