import { createSimulator, fleetOperations, sandboxFleet, sdkHandler, virtualClock } from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { run } from "../../../../bench/enrich.ts";
import { createClients } from "../../src/aws/clients.ts";
import { createAws } from "../../src/aws/index.ts";
import { factsOf } from "../../src/enrich/facts-of.ts";
import { createLookUp } from "../../src/enrich/look-up/look-up.ts";
import { defaultOverrides } from "../../src/enrich/overrides.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";

test("through the real SDK: no more calls than promised, and nothing is left open", async () => {
  const rows = new Map((await run()).map((row) => [row.what, row.value]));
  const of = (what: string): number => rows.get(what)!;
  expect(of("1 interruption, no inventory: read calls until draining can start")).toBeLessThanOrEqual(8);
  expect(of("1 interruption, warm inventory: read calls until draining can start")).toBe(0);
  expect(of("100 together, warm inventory: read calls until draining can start")).toBe(0);
  for (const state of ["no inventory", "warm inventory"]) {
    expect(of(`1 interruption, ${state}: read calls in all`)).toBeLessThanOrEqual(10);
    expect(of(`100 together, ${state}: read calls in all`)).toBeLessThanOrEqual(45);
    expect(of(`100 together, ${state}: tasks understood`)).toBe(1_000);
    expect(of(`100 together, ${state}: incidents with something missing`)).toBe(0);
  }
});

test("every instance of the sandbox is understood: cluster, tasks by role, targets as they are registered", async () => {
  const clock = virtualClock(Date.UTC(2026, 0, 1));
  const queueArn = "arn:aws:sqs:us-east-1:123456789012:spotkeeper";
  const { world, region } = sandboxFleet({ clock, seed: 1, queueArn, send: () => undefined });
  const simulator = createSimulator({ clock, seed: 1, world, operations: fleetOperations });
  const clients = createClients({
    clock,
    accounts: [],
    endpoint: null,
    credentials: () => Promise.resolve({ accessKeyId: "AKIA123456789012AAAA", secretAccessKey: "none" }),
    requestHandler: sdkHandler(simulator),
  });
  const aws = createAws({
    clock,
    random: () => 0.5,
    clients,
    accounts: [],
    ownAccount: null,
    onCall: () => undefined,
  });
  const inventory = createMemoryInventory();
  const lookUp = createLookUp({ aws, inventory, clock, overrides: defaultOverrides, gather: 250 });
  const place = { account: region.account, region: region.name };
  const instances = [...region.groups.values()].flatMap((group) =>
    [...group.members.values()].map((one) => one.instance),
  );
  const looks = instances.map(({ id }) => lookUp({ type: "instance", id }, place, clock.now() + 60_000, "tell"));
  await clock.runUntilSettled(Promise.all(looks));

  const roles = new Set<string>();
  for (const one of instances) {
    const facts = factsOf(
      inventory,
      { type: "instance", id: one.id },
      place,
      new Set([one.id]),
      defaultOverrides,
      clock.now(),
    );
    expect(facts).toMatchObject({ complete: true, missing: [], owner: "ours", groupName: one.member?.group.name });
    expect(facts.containerInstances[0]?.arn).toBe(one.containerInstance?.arn);
    expect(facts.tasks.map(({ task }) => task.arn).toSorted()).toEqual(
      [...(one.containerInstance?.tasks ?? [])].map(({ arn }) => arn).toSorted(),
    );
    const registered = new Set([
      ...one.targets,
      ...[...(one.containerInstance?.tasks ?? [])].flatMap((task) => task.targets ?? []),
    ]);
    expect(facts.targets.map(({ id, port }) => `${id}:${port}`).toSorted()).toEqual(
      [...registered].map(({ id, port }) => `${id}:${port}`).toSorted(),
    );
    for (const task of facts.tasks) roles.add(task.role);
  }
  expect(roles).toEqual(new Set(["service", "standalone", "daemon"]));

  const foreign = [...world.instances.values()].filter((one) => one.member === null);
  const asked = foreign.map(({ id }) => lookUp({ type: "instance", id }, place, clock.now() + 60_000, "tell"));
  await clock.runUntilSettled(Promise.all(asked));
  const owners = foreign.map(
    ({ id }) => factsOf(inventory, { type: "instance", id }, place, new Set(), defaultOverrides, clock.now()).owner,
  );
  expect(new Set(owners)).toEqual(new Set(["ecs-managed-instances", "eks-auto-mode"]));
  aws.close();
});
