import { describe, expect, test } from "vitest";
import type { Ec2Instance } from "../../src/aws/calls/ec2.ts";
import { factsOf } from "../../src/enrich/facts-of.ts";
import { defaultOverrides } from "../../src/enrich/overrides.ts";
import { unreadTargetGroups, targetGroupsToRead } from "../../src/enrich/unread-target-groups.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { regionId } from "../../src/inventory/ids.ts";
import { instance, instanceId, LAUNCHED, place, target, targetGroup, targetGroupArn } from "./support/fleet.ts";

const ID = instanceId(1);
const NOW = LAUNCHED + 3_600_000;

/** An inventory of one instance and some target groups, each with a list that was read so long ago (null: never). */
function known(groups: readonly (readonly [group: ReturnType<typeof targetGroup>, ago: number | null])[]) {
  const inventory = createMemoryInventory();
  const own: Partial<Ec2Instance> = { addresses: [{ vpcId: "vpc-1", address: "10.0.0.1" }] };
  inventory.put("instance", ID, instance(ID, own), NOW);
  inventory.put(
    "targetGroups",
    regionId(place),
    groups.map(([group]) => group),
    NOW,
  );
  for (const [{ arn }, ago] of groups) if (ago !== null) inventory.put("health", arn, [], NOW - ago);
  return inventory;
}
const names = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);

test("a look compares each target once, and what was compared stays so for the next", () => {
  const groups = Array.from({ length: 200 }, (_, n) => [targetGroup(`strangers-${n}`), 600_000] as const);
  const inventory = known(groups);
  for (const [{ arn }] of groups)
    inventory.put(
      "health",
      arn,
      Array.from({ length: 50 }, (_, n) => target(`i-${n}`, 80)),
      NOW - 600_000,
    );
  let asked = 0;
  const counting: Inventory = {
    ...inventory,
    get(facet, id) {
      if (facet === "instance") asked += 1;
      return inventory.get(facet, id);
    },
  };
  for (let look = 0; look < 20; look++) expect(targetGroupsToRead(counting, place, ID, NOW)).toHaveLength(200);
  expect(asked).toBeLessThan(200 * 50 + 20 * 10);
});

describe("target groups that nobody has looked at for an instance", () => {
  test("are of its network and hold instances or addresses", () => {
    const inventory = known([
      [targetGroup("own"), null],
      [targetGroup("addresses", { targetType: "ip" }), null],
      [targetGroup("elsewhere", { vpcId: "vpc-2" }), null],
      [targetGroup("functions", { targetType: "lambda", vpcId: null }), null],
      [targetGroup("balancers", { targetType: "alb" }), null],
    ]);
    expect(names(unreadTargetGroups(inventory, place, ID, NOW))).toEqual(["own", "addresses"]);
  });

  test("were never read, or before it was launched, or long ago", () => {
    const inventory = known([
      [targetGroup("just-now"), 1_000],
      [targetGroup("an-hour-ago"), 3_599_000],
      [targetGroup("before-its-launch"), 3_601_000],
      [targetGroup("never"), null],
    ]);
    expect(names(unreadTargetGroups(inventory, place, ID, NOW))).toEqual(["never", "before-its-launch"]);
    expect(names(unreadTargetGroups(inventory, place, ID, NOW + 7_200_000))).toHaveLength(4);
  });

  test("where no list has the instance, all but those of the last minute are read again", () => {
    const groups = [
      [targetGroup("just-now"), 1_000],
      [targetGroup("a-while-ago"), 600_000],
    ] as const;
    const inventory = known(groups);
    expect(names(targetGroupsToRead(inventory, place, ID, NOW))).toEqual(["a-while-ago"]);
    inventory.put("health", targetGroupArn("just-now"), [target(ID, 80)], NOW);
    expect(names(targetGroupsToRead(inventory, place, ID, NOW))).toEqual([]);
  });

  test("come in the order of how likely they are: traffic, others of ours, never looked at", () => {
    const inventory = known([
      [targetGroup("idle", { loadBalancerArns: [] }), null],
      [targetGroup("old"), 3_700_000],
      [targetGroup("never"), null],
      [targetGroup("of-ours"), 3_650_000],
    ]);
    const sibling = instanceId(2);
    inventory.put("instance", sibling, instance(sibling), NOW);
    inventory.put("health", targetGroupArn("of-ours"), [target(sibling, 80)], NOW - 3_640_000);
    expect(names(unreadTargetGroups(inventory, place, ID, NOW))).toEqual(["of-ours", "never", "old", "idle"]);
  });
});

test("an address is another's in another network, and nobody's where the network is not known", () => {
  const inventory = known([
    [targetGroup("own", { targetType: "ip" }), 0],
    [targetGroup("elsewhere", { targetType: "ip", vpcId: "vpc-2" }), 0],
  ]);
  for (const name of ["own", "elsewhere", "unlisted"])
    inventory.put("health", targetGroupArn(name), [target("10.0.0.1", 80)], NOW + 1);
  const facts = factsOf(inventory, { type: "instance", id: ID }, place, new Set([ID]), defaultOverrides, NOW + 1);
  expect(facts.targets.map(({ targetGroupArn: arn }) => arn)).toEqual([targetGroupArn("own")]);
});

test("an address target of another doomed instance is none that is healthy elsewhere", () => {
  const inventory = known([[targetGroup("own", { targetType: "ip" }), 0]]);
  const other = instanceId(2);
  inventory.put("instance", other, instance(other, { addresses: [{ vpcId: "vpc-1", address: "10.0.0.2" }] }), NOW);
  inventory.put("health", targetGroupArn("own"), [target("10.0.0.1", 80), target("10.0.0.2", 80)], NOW + 1);
  const elsewhere = (...doomed: string[]) =>
    factsOf(inventory, { type: "instance", id: ID }, place, new Set(doomed), defaultOverrides, NOW + 1).targets[0]
      ?.healthyElsewhere;
  expect(elsewhere(ID)).toBe(1);
  expect(elsewhere(ID, other)).toBe(0);
});

test("an equal address of a doomed instance in another network says nothing of a target", () => {
  const inventory = known([[targetGroup("own", { targetType: "ip" }), 0]]);
  const other = instanceId(2);
  inventory.put("instance", other, instance(other, { addresses: [{ vpcId: "vpc-2", address: "10.0.0.2" }] }), NOW);
  const elsewhere = (zone: string, at: number) => {
    const targets = [target("10.0.0.1", 80), target("10.0.0.2", 80, { availabilityZone: zone })];
    inventory.put("health", targetGroupArn("own"), targets, at);
    return factsOf(inventory, { type: "instance", id: ID }, place, new Set([ID, other]), defaultOverrides, at)
      .targets[0]?.healthyElsewhere;
  };
  expect(elsewhere("eu-west-1a", NOW + 1)).toBe(1);
  // From outside the network of the target group, so that it may be that instance.
  expect(elsewhere("all", NOW + 2)).toBe(0);
});
