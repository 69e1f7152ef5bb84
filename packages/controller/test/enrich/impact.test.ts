import fc from "fast-check";
import { expect, test } from "vitest";
import { impactOf, minimumOf } from "../../src/enrich/storm/impact.ts";
import { stormOf } from "../../src/enrich/storm/storm.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { clusterArn, container, instanceId, service, task, taskArn } from "./support/fleet.ts";

test.each([
  [4, 50, null, 2],
  [3, 50, null, 2],
  [4, 0, null, 0],
  [100, 7, null, 7],
  [10, 100, 0.3, 3],
  [100, 100, 0.07, 7],
  [10, 100, 1, 1],
  [10, 0, 3, 3],
])("of %i desired at %i %%, threshold %s: at least %i", (desired, minimumHealthyPercent, threshold, expected) => {
  expect(minimumOf(service("web", "shop", { desired, minimumHealthyPercent }), threshold)).toBe(expected);
});

test("what survives below the minimum says so; a daemon never does", () => {
  const tasks = { doomed: 3, stops: [], doomedAddresses: new Map<string, number>(), zones: {} };
  expect(impactOf(service("web", "shop"), tasks)).toMatchObject({
    doomed: 3,
    survives: 1,
    minimum: 2,
    belowMinimum: true,
  });
  expect(impactOf(service("web", "shop"), { ...tasks, doomed: 2 })).toMatchObject({ survives: 2, belowMinimum: false });
  expect(impactOf(service("web", "shop", { daemon: true }), tasks)).toMatchObject({
    survives: 1,
    belowMinimum: false,
    daemon: true,
  });
});

test("a task that had stopped when its service was asked about is not taken from what that had running", () => {
  const inventory = createMemoryInventory();
  const host = container("shop", instanceId(1));
  inventory.put("container", host.arn, host, 0);
  const of = { group: "service:web", containerInstanceArn: host.arn };
  inventory.put("tasks", host.arn, [task("shop", "1", { ...of, stoppingAt: 5_000 }), task("shop", "2", of)], 0);
  const tasks = stormOf(inventory, new Set([host.instanceId])).get(
    `${clusterArn("shop").replace("cluster/", "service/")}/web`,
  );
  const before = impactOf(service("web", "shop", { running: 4 }), tasks, null, 4_999);
  const after = impactOf(service("web", "shop", { running: 4 }), tasks, null, 5_000);
  expect({ before, after }).toMatchObject({ before: { doomed: 2, survives: 2 }, after: { doomed: 2, survives: 3 } });
});

const where = fc.record({
  host: fc.integer({ min: 1, max: 6 }),
  of: fc.constantFrom("a", "b"),
  zone: fc.constantFrom("eu-west-1a", "eu-west-1b", null),
  status: fc.constantFrom("RUNNING", "RUNNING", "PENDING"),
});
const storm = fc.record({
  tasks: fc.array(where, { maxLength: 40 }),
  doomed: fc.uniqueArray(fc.integer({ min: 1, max: 7 })),
  /** ECS counted the service at another instant. */
  drift: fc.integer({ min: -3, max: 3 }),
});
type Storm = typeof storm extends fc.Arbitrary<infer T> ? T : never;

function impactsOf({ tasks, drift }: Storm, doomed: readonly number[]) {
  const inventory = createMemoryInventory();
  for (let host = 1; host <= 6; host++) {
    const one = container("web", instanceId(host), { attributes: {} });
    inventory.put("container", one.arn, one, 1);
    const own = tasks.flatMap((t, n) =>
      t.host === host
        ? [task("web", `t${n}`, { group: `service:${t.of}`, availabilityZone: t.zone, lastStatus: t.status })]
        : [],
    );
    inventory.put("tasks", one.arn, own, 1);
  }
  const all = stormOf(inventory, new Set(doomed.map(instanceId)));
  return ["a", "b"].map((name) => {
    const running = Math.max(0, tasks.filter((t) => t.of === name && t.status === "RUNNING").length + drift);
    return impactOf(
      service("web", name, { running }),
      all.get(`${clusterArn("web").replace("cluster/", "service/")}/${name}`),
    );
  });
}

test("whatever the storm: what survives and what is doomed is what runs, per service and zone", () => {
  fc.assert(
    fc.property(storm, (given) => {
      for (const [n, impact] of impactsOf(given, given.doomed).entries()) {
        const running = given.tasks.filter((t) => t.of === "ab"[n] && t.status === "RUNNING");
        const doomed = running.filter((t) => given.doomed.includes(t.host)).length;
        expect(impact.survives + impact.doomed).toBe(impact.running);
        expect(impact.doomed).toBe(Math.min(doomed, impact.running));
        expect(impact.survives).toBeGreaterThanOrEqual(0);
        const zones = Object.values(impact.zones);
        expect(zones.reduce((sum, zone) => sum + zone.doomed, 0)).toBe(doomed);
        expect(zones.reduce((sum, zone) => sum + zone.survives, 0)).toBe(running.length - doomed);
      }
    }),
    { numRuns: 500 },
  );
});

test("whatever the order of the doomed, and of the tasks: the same impact", () => {
  fc.assert(
    fc.property(storm, fc.integer(), (given, seed) => {
      const turned = (list: readonly number[]): number[] =>
        list.toSorted((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5));
      expect(impactsOf({ ...given, tasks: given.tasks.toReversed() }, turned(given.doomed))).toEqual(
        impactsOf(given, given.doomed),
      );
    }),
  );
});

test("one more doomed never helps a service", () => {
  fc.assert(
    fc.property(storm, fc.integer({ min: 1, max: 6 }), (given, more) => {
      const fewer = impactsOf(given, given.doomed);
      for (const [n, impact] of impactsOf(given, [...given.doomed, more]).entries()) {
        expect(impact.survives).toBeLessThanOrEqual(fewer[n]!.survives);
      }
    }),
  );
});

test("the storm is seen anew when tasks move, when a container instance comes, and for another set of doomed", () => {
  const inventory = createMemoryInventory();
  const id = `${clusterArn("web").replace("cluster/", "service/")}/a`;
  const one = container("web", instanceId(1));
  const doomed = new Set([instanceId(1)]);
  expect(stormOf(inventory, doomed).get(id)).toBeUndefined();
  inventory.put("tasks", one.arn, [task("web", "1", { group: "service:a" })], 1);
  inventory.put("container", one.arn, one, 1);
  expect(stormOf(inventory, doomed).get(id)?.doomed).toBe(1);
  expect(stormOf(inventory, new Set<string>()).get(id)?.doomed).toBe(0);
  doomed.clear();
  expect(stormOf(inventory, doomed).get(id)?.doomed).toBe(0);
  inventory.put("tasks", one.arn, [], 2);
  expect(stormOf(inventory, doomed).get(id)).toBeUndefined();
});

const change = fc.oneof(
  fc.record({
    is: fc.constant("tasks" as const),
    host: fc.integer({ min: 1, max: 3 }),
    tasks: fc.array(where, { maxLength: 4 }),
  }),
  fc.record({
    is: fc.constant("host" as const),
    host: fc.integer({ min: 1, max: 3 }),
    arn: fc.constantFrom("x", "y", null),
  }),
  fc.record({ is: fc.constant("fargate" as const), n: fc.integer({ min: 1, max: 2 }), of: fc.constantFrom("a", null) }),
  fc.record({ is: fc.constant("doomed" as const), doomed: fc.uniqueArray(fc.integer({ min: 1, max: 5 })) }),
);

test("whatever changes, in whatever order: the sums that were kept are those that are counted anew", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 25 }), (given) => {
      const inventory = createMemoryInventory();
      const known = new Map<string, ReturnType<typeof container>>();
      let doomed = new Set<string>();
      for (const [at, one] of given.entries()) {
        if (one.is === "host") {
          if (one.arn === null) inventory.put("container", known.get(instanceId(one.host))?.arn ?? "none", null, at);
          else {
            const host = container("web", instanceId(one.host), { arn: `${one.arn}-${one.host}`, attributes: {} });
            known.set(instanceId(one.host), host);
            inventory.put("container", host.arn, host, at);
          }
        }
        if (one.is === "tasks") {
          const arn = known.get(instanceId(one.host))?.arn ?? `x-${one.host}`;
          const own = one.tasks.map((t, n) =>
            task("web", `${at}-${n}`, {
              group: `service:${t.of}`,
              availabilityZone: t.zone,
              lastStatus: t.status,
              privateAddresses: [`10.0.0.${t.host}`],
            }),
          );
          inventory.put("tasks", arn, own, at);
        }
        if (one.is === "fargate") {
          const arn = taskArn("web", `f${one.n}`);
          if (one.of === null) inventory.forget("task", arn);
          else
            inventory.put(
              "task",
              arn,
              task("web", `f${one.n}`, { group: "service:a", taskDefinitionArn: `${at}` }),
              at,
            );
        }
        if (one.is === "doomed")
          doomed = new Set(one.doomed.map((n) => (n > 3 ? taskArn("web", `f${n - 3}`) : instanceId(n))));
        expect(new Map(stormOf(inventory, doomed))).toEqual(new Map(stormOf(copyOf(inventory), doomed)));
      }
    }),
    { numRuns: 300 },
  );
});

function copyOf(inventory: ReturnType<typeof createMemoryInventory>) {
  const copy = createMemoryInventory();
  for (const facet of ["container", "tasks", "task"] as const) {
    for (const [id, { value, observedAt }] of inventory.entries(facet)) copy.put(facet, id, value, observedAt);
  }
  return copy;
}

test("what is on all that an instance is registered as is doomed with it, and safe again with it", () => {
  const inventory = createMemoryInventory();
  const id = `${clusterArn("web").replace("cluster/", "service/")}/a`;
  const live = container("web", instanceId(1));
  for (const one of [live, container("web", instanceId(1), { arn: `${live.arn}-old`, agentConnected: false })]) {
    inventory.put("container", one.arn, one, 1);
    inventory.put("tasks", one.arn, [task("web", one.arn, { group: "service:a" })], 1);
  }
  const doomed = (...ids: readonly string[]) => stormOf(inventory, new Set(ids)).get(id)?.doomed;
  expect(doomed()).toBe(0);
  expect(doomed(instanceId(1))).toBe(2);
  expect(doomed(instanceId(2))).toBe(0);
});

test("doomed Fargate tasks count, and their addresses", () => {
  const inventory = createMemoryInventory();
  const arn = taskArn("web", "1");
  inventory.put("task", arn, task("web", "1", { group: "service:a", privateAddresses: ["10.0.0.1"] }), 1);
  const all = stormOf(inventory, new Set([arn])).get(`${clusterArn("web").replace("cluster/", "service/")}/a`);
  expect(all?.doomed).toBe(1);
  expect([...(all?.doomedAddresses.keys() ?? [])]).toEqual(["10.0.0.1"]);
});
