import { interrupt } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { effects, expectSettled, writes } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { ECS_HOOK, groupOf, hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const yesOrNo = [false, true] as const;
const combinations = yesOrNo.flatMap((managedDraining) =>
  yesOrNo.flatMap((agentSpotDraining) =>
    yesOrNo.flatMap((capacityRebalance) =>
      (["never", "detach", "raise"] as const).map((replace) => ({
        managedDraining,
        agentSpotDraining,
        capacityRebalance,
        replace,
      })),
    ),
  ),
);

/** What others in the account do about the same interruption, and what we do: nothing twice, nothing against each other. */
describe.each(combinations)(
  "managed draining $managedDraining, agent's draining $agentSpotDraining, Capacity Rebalancing $capacityRebalance, our replacement $replace",
  ({ managedDraining, agentSpotDraining, capacityRebalance, replace }) => {
    test.each([
      { story: "a recommendation, then a warning", rebalanceLead: 150_000 },
      { story: "a warning alone", rebalanceLead: null },
    ])("$story", async ({ rebalanceLead }) => {
      box = await openBox({
        build: shop({ group: { capacityRebalance }, provider: { managedDraining, agentSpotDraining }, daemon: true }),
        // However widely the policy names hooks as ours, ECS's own is not.
        actions: { hooks: ["*"], replace, onRebalance: replace === "never" ? "alert" : "replace" },
      });
      await box.run(60);
      const victim = hostOf(box.region);
      interrupt(box.world, victim.id, { rebalanceLead });
      await box.run(3_000);

      // One replacement: the group's own, or ours, or Capacity Rebalancing's.
      expect(effects(box, "launch")).toHaveLength(1);
      expect(groupOf(box.region).desired).toBe(6);
      expect([...groupOf(box.region).members.values()].map((one) => one.state)).toEqual(
        Array.from({ length: 6 }, () => "InService"),
      );
      expect(writes(box).filter((call) => JSON.stringify(call.input).includes(ECS_HOOK))).toEqual([]);
      const facts = box.world.oracle.factsOf(victim.id);
      expect([facts?.tasksKilled ?? [], facts?.tasksCut ?? [], facts?.targetsLost ?? []]).toEqual([[], [], []]);
      const docs = await box.incidents();
      expect(docs.map((doc) => [doc.body.subject.id, doc.body.outcome])).toEqual([[victim.id, "drained"]]);
      await expectSettled(box);
    });
  },
);
