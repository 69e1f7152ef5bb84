import fc from "fast-check";
import { expect, test } from "vitest";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { instance } from "../enrich/support/fleet.ts";

/** What every inventory must do, whatever keeps it. `open` gives an empty one. */
export function inventoryContract(name: string, open: () => Inventory): void {
  const named = (label: string) => instance("i-1", { name: label });

  test(`${name}: what was put is there, facet by facet`, () => {
    const inventory = open();
    expect(inventory.get("instance", "i-1")).toBeUndefined();
    inventory.put("instance", "i-1", named("a"), 5);
    inventory.put("container", "i-1", null, 6);
    expect(inventory.get("instance", "i-1")).toEqual({ value: named("a"), observedAt: 5 });
    expect(inventory.get("container", "i-1")).toEqual({ value: null, observedAt: 6 });
    expect(inventory.get("membership", "i-1")).toBeUndefined();
    expect([...inventory.entries("instance")].map(([id]) => id)).toEqual(["i-1"]);
  });

  test(`${name}: the newest observation wins`, () => {
    const inventory = open();
    inventory.put("instance", "i-1", named("new"), 10);
    inventory.put("instance", "i-1", named("old"), 9);
    expect(inventory.get("instance", "i-1")?.value.name).toBe("new");
    inventory.put("instance", "i-1", named("newer"), 11);
    expect(inventory.get("instance", "i-1")?.value.name).toBe("newer");
  });

  test(`${name}: what is forgotten is gone, and can come back`, () => {
    const inventory = open();
    inventory.put("instance", "i-1", named("a"), 10);
    inventory.forget("instance", "i-1");
    expect(inventory.get("instance", "i-1")).toBeUndefined();
    inventory.put("instance", "i-1", named("b"), 1);
    expect(inventory.get("instance", "i-1")?.value.name).toBe("b");
  });

  test(`${name}: a facet's revision moves with its changes, and only then`, () => {
    const inventory = open();
    const before = inventory.revision("instance");
    inventory.put("instance", "i-1", named("a"), 10);
    const after = inventory.revision("instance");
    expect(after).not.toBe(before);
    inventory.put("instance", "i-1", named("b"), 9);
    inventory.put("container", "i-1", null, 9);
    expect(inventory.revision("instance")).toBe(after);
    inventory.forget("instance", "i-1");
    expect(inventory.revision("instance")).not.toBe(after);
  });

  test(`${name}: what changed after a revision is told, until it is too long ago`, () => {
    const inventory = open();
    inventory.put("instance", "i-1", named("a"), 1);
    const before = inventory.revision("instance");
    expect(inventory.changedSince("instance", before)).toEqual([]);
    inventory.put("instance", "i-2", named("a"), 1);
    inventory.put("instance", "i-1", named("a"), 2);
    inventory.forget("instance", "i-1");
    inventory.put("container", "i-3", null, 1);
    expect(inventory.changedSince("instance", before)).toEqual(["i-2", "i-1"]);
    for (let n = 0; n < 30_000; n++) inventory.put("container", "i-9", null, n);
    expect(inventory.changedSince("container", 0)).toEqual(["i-3", "i-9"]);
    for (let n = 3; n < 30_000; n++) inventory.put("instance", "i-2", named(`${n % 2}`), n);
    expect(inventory.changedSince("instance", before)).toBeNull();
    expect(inventory.changedSince("instance", inventory.revision("instance") - 5_000)).toHaveLength(5_000);
  });

  test(`${name}: entries may be changed while they are read`, () => {
    const inventory = open();
    for (let n = 0; n < 5; n++) inventory.put("instance", `i-${n}`, named("a"), 1);
    let seen = 0;
    for (const [id] of inventory.entries("instance")) {
      seen++;
      inventory.put("instance", id, named("b"), 2);
      inventory.forget("instance", "i-4");
    }
    expect(seen).toBe(5);
  });

  test(`${name}: any order of the same puts ends the same`, () => {
    const put = fc.record({
      id: fc.constantFrom("i-1", "i-2"),
      label: fc.constantFrom("a", "b", "c"),
      at: fc.integer({ min: 0, max: 4 }),
    });
    const puts = fc.array(put, { maxLength: 12 });
    const orders = puts.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(orders, ([some, others]) => {
        const [a, b] = [open(), open()];
        for (const { id, label, at } of some) a.put("instance", id, named(label), at);
        for (const { id, label, at } of others) b.put("instance", id, named(label), at);
        for (const id of ["i-1", "i-2"]) expect(a.get("instance", id)).toEqual(b.get("instance", id));
      }),
    );
  });
}
