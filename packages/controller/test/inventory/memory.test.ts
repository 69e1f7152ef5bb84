import { expect, test } from "vitest";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { instance } from "../enrich/support/fleet.ts";
import { inventoryContract } from "./inventory-contract.ts";

inventoryContract("memory", () => createMemoryInventory());

test("beyond its capacity a facet forgets what was observed longest ago", () => {
  const inventory = createMemoryInventory({ capacities: { instance: 3 } });
  for (let n = 1; n <= 3; n++) inventory.put("instance", `i-${n}`, instance(`i-${n}`), n);
  inventory.put("instance", "i-1", instance("i-1"), 4);
  inventory.put("instance", "i-4", instance("i-4"), 5);
  expect([...inventory.entries("instance")].map(([id]) => id)).toEqual(["i-3", "i-1", "i-4"]);
  inventory.put("container", "i-9", null, 1);
  expect(inventory.get("container", "i-9")).toBeDefined();
});

test("changes are told, and what changes nothing is not", () => {
  const told: string[] = [];
  const inventory = createMemoryInventory({
    capacities: { instance: 1 },
    onChange: (facet, id) => told.push(`${facet} ${id}`),
  });
  inventory.put("instance", "i-1", instance("i-1"), 2);
  inventory.put("instance", "i-1", instance("i-1"), 1);
  inventory.put("instance", "i-2", instance("i-2"), 3);
  inventory.forget("instance", "i-3");
  expect(told).toEqual(["instance i-1", "instance i-2", "instance i-1"]);
});

test("an equal value seen again stays the one that it was, as newer, and is no new revision", () => {
  const inventory = createMemoryInventory();
  const value = instance("i-1");
  inventory.put("instance", "i-1", value, 1);
  const revision = inventory.revision("instance");
  for (const [observedAt, again] of [
    [2, value],
    [3, instance("i-1")],
  ] as const) {
    inventory.put("instance", "i-1", again, observedAt);
    expect(inventory.revision("instance")).toBe(revision);
    expect(inventory.get("instance", "i-1")?.observedAt).toBe(observedAt);
    expect(inventory.get("instance", "i-1")?.value).toBe(value);
  }
  inventory.put("instance", "i-1", { ...instance("i-1"), name: "another" }, 4);
  expect(inventory.revision("instance")).not.toBe(revision);
});
