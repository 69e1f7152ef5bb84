import { expect, test } from "vitest";
import type { TargetHealth } from "../../src/aws/calls/elb.ts";
import { targetGroupsWith } from "../../src/enrich/targets-by-id.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";

const listOf = (...ids: readonly string[]): readonly TargetHealth[] =>
  ids.map((id): TargetHealth => ({ id, port: 80, state: "healthy", availabilityZone: null, reason: null }));

test("which target groups list a target follows the lists as they are put, replaced and forgotten", () => {
  const inventory = createMemoryInventory();
  inventory.put("health", "arn:one", listOf("i-1", "i-2"), 1);
  expect([...targetGroupsWith(inventory, "i-1")]).toEqual(["arn:one"]);
  inventory.put("health", "arn:two", listOf("i-1"), 2);
  expect([...targetGroupsWith(inventory, "i-1")]).toEqual(["arn:one", "arn:two"]);
  inventory.put("health", "arn:one", listOf("i-2"), 3);
  expect([...targetGroupsWith(inventory, "i-1")]).toEqual(["arn:two"]);
  expect([...targetGroupsWith(inventory, "i-2")]).toEqual(["arn:one"]);
  inventory.forget("health", "arn:two");
  expect([...targetGroupsWith(inventory, "i-1")]).toEqual([]);
  expect([...targetGroupsWith(createMemoryInventory(), "i-2")]).toEqual([]);
});

test("an index that has fallen far behind is made anew, without what is gone", () => {
  const inventory = createMemoryInventory();
  inventory.put("health", "arn:gone", listOf("i-1"), 1);
  expect([...targetGroupsWith(inventory, "i-1")]).toEqual(["arn:gone"]);
  inventory.forget("health", "arn:gone");
  for (let n = 0; n < 30_000; n++) inventory.put("health", "arn:busy", listOf(n % 2 === 0 ? "i-2" : "i-3"), n);
  expect([...targetGroupsWith(inventory, "i-1")]).toEqual([]);
  expect([...targetGroupsWith(inventory, "i-3")]).toEqual(["arn:busy"]);
});
