import {
  attachGroup,
  type ClassicLoadBalancer,
  createClassicLoadBalancer,
  createCluster,
  createDiscoveryService,
  createGroup,
  createLatticeTargetGroup,
  createService,
  createTargetGroup,
  defineTask,
  deregisterClassic,
  deregisterTarget,
  type DiscoveryService,
  type Instance,
  interrupt,
  type LatticeTargetGroup,
  type Region,
  setContainerState,
  setStandby,
  spotkeeperRules,
  type TargetGroup,
  type World,
} from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { effects, expectSettled } from "./assess.ts";
import { type Box, type BoxOptions, openBox, QUEUE } from "./box.ts";
import { groupOf, hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** A group `web` of two behind a target group, a Classic load balancer and VPC Lattice, without ECS. */
const balanced =
  (over: Partial<Parameters<typeof createTargetGroup>[2]> = {}) =>
  (world: World, region: Region): void => {
    region.rules.push(...spotkeeperRules(QUEUE));
    createGroup(world, region, {
      name: "web",
      desired: 2,
      types: ["m5.large"],
      targetGroups: [
        createTargetGroup(world, region, {
          name: "web",
          port: 80,
          loadBalancer: "shop",
          deregistrationDelay: 20,
          ...over,
        }),
      ],
      classicLoadBalancers: [createClassicLoadBalancer(region, { name: "old", draining: 30 })],
      latticeTargetGroups: [createLatticeTargetGroup(world, region, { name: "web", port: 8080 })],
    });
  };

const first = <T>(all: Iterable<T>): T => [...all][0] as T;
const targets = (): TargetGroup => first(box.region.targetGroups.values());
const classic = (): ClassicLoadBalancer => first(box.region.classicLoadBalancers.values());
const lattice = (): LatticeTargetGroup => first(box.region.latticeTargetGroups.values());
const discovery = (): DiscoveryService => first(box.region.discoveryServices.values());
const nodeOf = (): Instance => first(groupOf(box.region).members.values()).instance;

/** The target of an instance of the group, if it is listed. */
const targetOf = ({ id }: Instance): unknown => targets().targets.get(`${id}:80`)?.state;
const registered = (about: string): number => effects(box, "register", about).length;
/** Registrations of an instance in the target group. */
const registeredAsTarget = ({ id }: Instance): number =>
  effects(box, "register").filter(({ key }) => key === `web/${id}:80`).length;

async function open(build: BoxOptions["build"], warm = true): Promise<void> {
  box = await openBox({ build, warm });
}

/** A notice that is not followed by an interruption, to its end. */
async function warned(id: string): Promise<void> {
  interrupt(box.world, id, { survives: true });
  await box.run(1_200);
}

test("a survivor is registered again wherever it was taken out, and set ACTIVE", async () => {
  await open(balanced());
  const node = nodeOf();
  await warned(node.id);
  expect((await box.incident(node.id)).outcome).toBe("cancelled");
  expect(targetOf(node)).toBe("healthy");
  expect(classic().registrations.get(node.id)?.state).toBe("in-service");
  expect(lattice().targets.get(`${node.id}:8080`)?.status).toBe("HEALTHY");
  expect(registered(node.id)).toBe(3);
  await expectSettled(box);
});

describe("what a person had taken out stays out", () => {
  test.each([
    ["long ago, so that it is gone", 20, 300],
    ["a moment ago, so that it still drains", 120, 45],
    ["before its default delay was over", 300, 120],
    ["with no delay, a moment ago", 0, 2],
    ["with no delay, some minutes ago", 0, 200],
  ])("a target, by hand, %s", async (_name, deregistrationDelay, ago) => {
    await open(balanced({ deregistrationDelay }));
    const node = nodeOf();
    const target = targets().targets.get(`${node.id}:80`);
    if (target !== undefined) deregisterTarget(box.world, target);
    await box.run(ago);
    await warned(node.id);
    expect((await box.incident(node.id)).outcome).toBe("cancelled");
    expect(registeredAsTarget(node)).toBe(0);
    expect(targetOf(node)).toBeUndefined();
    // What it was still in was ours to take.
    expect(registered(`lattice/web/${node.id}`)).toBe(1);
    await expectSettled(box);
  });

  test("a target that drains when the fleet is first looked at", async () => {
    await open(balanced({ deregistrationDelay: 3_600 }), false);
    const node = nodeOf();
    const target = targets().targets.get(`${node.id}:80`);
    if (target !== undefined) deregisterTarget(box.world, target);
    await warned(node.id);
    expect(registeredAsTarget(node)).toBe(0);
    expect(targetOf(node)).toBe("draining");
  });

  test.each([0, 600])("an instance out of a Classic load balancer, %i s ago", async (ago) => {
    await open(balanced());
    const node = nodeOf();
    deregisterClassic(box.world, classic(), node.id);
    await box.run(ago);
    await warned(node.id);
    expect(registered(`classic/old/${node.id}`)).toBe(0);
    expect(classic().registrations.get(node.id)).toBeUndefined();
  });

  test.each([true, false])("a container instance that was DRAINING, inventory warm: %s", async (warm) => {
    await open(shop({ standalone: true }), warm);
    const host = hostOf(box.region);
    if (host.containerInstance !== null) setContainerState(box.world, host.containerInstance, "DRAINING");
    await box.run(30);
    await warned(host.id);
    expect((await box.incident(host.id)).outcome).toBe("cancelled");
    expect(host.containerInstance?.status).toBe("DRAINING");
  });
});

describe("nothing is put back where it is not right any more", () => {
  test.each(["before the warning", "after it"])("on standby %s", async (when) => {
    await open(balanced());
    const node = nodeOf();
    if (when === "before the warning") setStandby(box.world, node.id, true);
    interrupt(box.world, node.id, { survives: true });
    await box.run(60);
    if (when === "after it") setStandby(box.world, node.id, true);
    await box.run(1_200);
    const incident = await box.incident(node.id);
    expect(incident.outcome).toBe("cancelled");
    expect(registered(node.id)).toBe(0);
    expect(incident.owed.filter(({ state }) => state === "done")).toEqual([]);
  });
});

describe("a target is registered with all that it had", () => {
  test("the zone `all` of an address outside the VPC", async () => {
    const build = (world: World, region: Region): void => {
      // None may stop before another runs, and none has room: the survivor keeps its task.
      shop({ deregistrationDelay: 30, web: { minimumHealthyPercent: 100, maximumPercent: 100 } })(world, region);
      const [group] = [...region.targetGroups.values()];
      for (const target of [...(group?.targets.values() ?? [])]) {
        const task = [...(target.service?.tasks ?? [])].find((one) => one.targets.includes(target));
        const id = target.id.replace(/^172\.\d+/, "192.168");
        group?.targets.delete(`${target.id}:${target.port}`);
        Object.assign(target, { id, availabilityZone: "all" });
        Object.assign(task ?? {}, { privateIp: id });
        group?.targets.set(`${id}:${target.port}`, target);
      }
    };
    box = await openBox({ build, warm: true, actions: { stopTasks: false } });
    const host = hostOf(box.region);
    await warned(host.id);
    const asked = box.simulator.calls.recent().filter((call) => call.operation === "RegisterTargets");
    expect(asked.map(({ outcome, input }) => [outcome, input["Targets"]])).toMatchObject([
      ["ok", [{ AvailabilityZone: "all", Port: 8080 }]],
    ]);
  });

  test("the server id of a target for QUIC", async () => {
    await open((world, region) => {
      balanced({ protocol: "TCP_QUIC" })(world, region);
      const [group] = [...region.targetGroups.values()];
      for (const target of group?.targets.values() ?? []) Object.assign(target, { quicServerId: "0x0123456789abcdef" });
    });
    const node = nodeOf();
    await warned(node.id);
    expect(targetOf(node)).toBe("healthy");
    expect(targets().targets.get(`${node.id}:80`)?.quicServerId).toBe("0x0123456789abcdef");
  });
});

describe("Cloud Map", () => {
  const listed = (world: World, region: Region): void => {
    region.rules.push(...spotkeeperRules(QUEUE));
    const cluster = createCluster(region, "shop");
    const group = createGroup(world, region, { name: "web", desired: 3, types: ["m5.large"] });
    attachGroup(world, cluster, group);
    createService(world, cluster, {
      name: "web",
      definition: defineTask(region, { family: "web", cpu: 512, memory: 512 }),
      desired: 3,
      // None may stop before another runs, and none has room: the survivor keeps its task.
      minimumHealthyPercent: 100,
      maximumPercent: 100,
      traffic: { discovery: createDiscoveryService(world, region, "web") },
    });
  };
  const taskOf = (host: Instance): string =>
    first(host.containerInstance?.tasks ?? [])
      .arn.split("/")
      .at(-1) ?? "";

  test.each(["answered", "lost", "lost as well as the next"])("a task is listed again, the answer %s", async (how) => {
    box = await openBox({ build: listed, warm: true, actions: { stopTasks: false } });
    const host = hostOf(box.region);
    const id = taskOf(host);
    const attributes = discovery().instances.get(id)?.attributes;
    if (how !== "answered") {
      const match = { service: "servicediscovery", operation: "DeregisterInstance" } as const;
      box.simulator.faults.add({ match, effect: { kind: "lost" }, times: how === "lost" ? 1 : 2 });
    }
    await warned(host.id);
    expect((await box.incident(host.id)).outcome).toBe("cancelled");
    expect(effects(box, "deregister", `discovery/web/${id}`)).toHaveLength(1);
    expect(discovery().instances.get(id)?.attributes).toEqual(attributes);
    expect((await box.incident(host.id)).owed.map(({ state }) => state)).toEqual(["done", "done"]);
    await expectSettled(box);
  });
});

test.each([
  ["a lost answer of DeregisterInstancesFromLoadBalancer", "DeregisterInstancesFromLoadBalancer", 2, false],
  ["a lost answer of DeregisterTargets", "DeregisterTargets", 2, false],
  ["a lost answer of DeregisterTargets and throttling from then on", "DeregisterTargets", 1, true],
] as const)("after %s the survivor is registered again", async (_what, operation, times, throttled) => {
  await open(balanced());
  box.simulator.faults.add({ match: { operation }, effect: { kind: "lost" }, times });
  if (throttled) box.simulator.faults.add({ match: { operation }, effect: { kind: "throttle" } });
  const node = nodeOf();
  await warned(node.id);
  expect(targetOf(node)).toBe("healthy");
  expect(classic().registrations.get(node.id)?.state).toBe("in-service");
  expect(lattice().targets.get(`${node.id}:8080`)?.status).toBe("HEALTHY");
});

test("a worker that takes over from one that was killed puts back what that one took", async () => {
  let refuse = false;
  box = await openBox({
    build: balanced(),
    warm: true,
    // What the first worker did is never recorded.
    ledger: (real) => ({
      ...real,
      commit: (docs, entries, unchanged) =>
        refuse && docs.some(({ kind }) => kind === "incident")
          ? new Promise(() => {})
          : real.commit(docs, entries, unchanged),
    }),
  });
  const node = nodeOf();
  refuse = true;
  interrupt(box.world, node.id, { survives: true });
  await box.run(8);
  expect(targetOf(node)).toBe("draining");
  refuse = false;
  await box.takeOver();
  await box.run(1_200);
  expect((await box.incident(node.id)).outcome).toBe("cancelled");
  expect(targetOf(node)).toBe("healthy");
  expect(classic().registrations.get(node.id)?.state).toBe("in-service");
  expect(lattice().targets.get(`${node.id}:8080`)?.status).toBe("HEALTHY");
});
