import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { instance } from "../enrich/support/fleet.ts";

/** What every inventory must do, whether anything keeps it or nothing. `open` gives an empty one. */
export function inventoryContract(name: string, open: () => Inventory | Promise<Inventory>): void {
  const named = (label: string) => instance("i-1", { name: label });

  test(`${name}: what was put is there, facet by facet`, async () => {
    const inventory = await open();
    expect(inventory.get("instance", "i-1")).toBeUndefined();
    inventory.put("instance", "i-1", named("a"), 5);
    inventory.put("container", "i-1", null, 6);
    expect(inventory.get("instance", "i-1")).toEqual({ value: named("a"), observedAt: 5 });
    expect(inventory.get("container", "i-1")).toEqual({ value: null, observedAt: 6 });
    expect(inventory.get("membership", "i-1")).toBeUndefined();
    expect([...inventory.entries("instance")].map(([id]) => id)).toEqual(["i-1"]);
  });

  test(`${name}: the newest observation wins`, async () => {
    const inventory = await open();
    inventory.put("instance", "i-1", named("new"), 10);
    inventory.put("instance", "i-1", named("old"), 9);
    expect(inventory.get("instance", "i-1")?.value.name).toBe("new");
    inventory.put("instance", "i-1", named("newer"), 11);
    expect(inventory.get("instance", "i-1")?.value.name).toBe("newer");
  });

  test(`${name}: what is forgotten is gone, and can come back`, async () => {
    const inventory = await open();
    inventory.put("instance", "i-1", named("a"), 10);
    inventory.forget("instance", "i-1");
    expect(inventory.get("instance", "i-1")).toBeUndefined();
    inventory.put("instance", "i-1", named("b"), 1);
    expect(inventory.get("instance", "i-1")?.value.name).toBe("b");
  });

  test(`${name}: a facet's revision moves with its changes, and only then`, async () => {
    const inventory = await open();
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

  test(`${name}: what changed after a revision is told, until it is too long ago`, async () => {
    const inventory = await open();
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

  test(`${name}: entries may be changed while they are read`, async () => {
    const inventory = await open();
    for (let n = 0; n < 5; n++) inventory.put("instance", `i-${n}`, named("a"), 1);
    let seen = 0;
    for (const [id] of inventory.entries("instance")) {
      seen++;
      inventory.put("instance", id, named("b"), 2);
      inventory.forget("instance", "i-4");
    }
    expect(seen).toBe(5);
  });

  test(`${name}: any order of the same puts ends the same`, async () => {
    const put = fc.record({
      id: fc.constantFrom("i-1", "i-2"),
      label: fc.constantFrom("a", "b", "c"),
      at: fc.integer({ min: 0, max: 4 }),
    });
    const puts = fc.array(put, { maxLength: 12 });
    const orders = puts.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    await fc.assert(
      fc.asyncProperty(orders, async ([some, others]) => {
        const [a, b] = [await open(), await open()];
        for (const { id, label, at } of some) a.put("instance", id, named(label), at);
        for (const { id, label, at } of others) b.put("instance", id, named(label), at);
        for (const id of ["i-1", "i-2"]) expect(a.get("instance", id)).toEqual(b.get("instance", id));
      }),
    );
  });
}

/** One empty store, and as many clients of it as a test opens; each begins with what is kept by then. */
export interface InventoryFixture {
  open(): Inventory | Promise<Inventory>;
  remove(): Promise<void>;
}

/** What a driver must do beside: keep it over a restart. A driver's own test file calls this, and adds what only it does. */
export function keptInventoryContract(name: string, setUp: () => Promise<InventoryFixture>): void {
  const fixtures: InventoryFixture[] = [];
  const opened: Inventory[] = [];
  const openOn = async (fixture: InventoryFixture): Promise<Inventory> => {
    const inventory = await fixture.open();
    opened.push(inventory);
    return inventory;
  };
  const another = async (): Promise<InventoryFixture> => {
    const fixture = await setUp();
    fixtures.push(fixture);
    return fixture;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((inventory) => inventory.close()));
    await Promise.all(fixtures.splice(0).map((fixture) => fixture.remove()));
  });

  inventoryContract(name, async () => openOn(await another()));

  test(`${name}: a restart is warm; what was forgotten stays so, and what failed is asked again`, async () => {
    const fixture = await another();
    const before = await openOn(fixture);
    before.put("instance", "i-1", instance("i-1", { name: "ünï" }), 5);
    before.put("container", "i-1", null, 6);
    before.put("instance", "i-2", instance("i-2"), 7);
    before.forget("instance", "i-2");
    before.put("failure", "instance/i-3", { kind: "denied", why: "x" }, 8);
    await before.close();
    const after = await openOn(fixture);
    expect(after.get("instance", "i-1")).toEqual({ value: instance("i-1", { name: "ünï" }), observedAt: 5 });
    expect(after.get("container", "i-1")).toEqual({ value: null, observedAt: 6 });
    expect(after.get("instance", "i-2")).toBeUndefined();
    expect(after.get("failure", "instance/i-3")).toBeUndefined();
  });

  test(`${name}: of two clients the newer observation is kept, whoever writes last`, async () => {
    const fixture = await another();
    const [a, b] = [await openOn(fixture), await openOn(fixture)];
    a.put("instance", "i-1", instance("i-1", { name: "old" }), 1);
    b.put("instance", "i-1", instance("i-1", { name: "new" }), 2);
    await b.flush();
    await a.flush();
    expect((await openOn(fixture)).get("instance", "i-1")?.value.name).toBe("new");
  });

  test(`${name}: more than one write takes is kept whole, and closing twice is closing once`, async () => {
    const fixture = await another();
    const before = await openOn(fixture);
    for (let n = 0; n < 1_200; n++) before.put("instance", `i-${n}`, instance(`i-${n}`), n);
    await Promise.all([before.close(), before.close()]);
    expect([...(await openOn(fixture)).entries("instance")]).toHaveLength(1_200);
  });
}
