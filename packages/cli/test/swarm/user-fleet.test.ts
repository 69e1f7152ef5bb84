import { loadParts, parseConfig } from "@spotkeeper/controller";
import {
  createSimulator,
  fleetOperations,
  realClock,
  serveSimulator,
  virtualClock,
  type WorldOptions,
} from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { type FleetFacts, groupFacts, hookFacts, instanceFacts, NO_FACTS } from "../../src/facts/document.ts";
import { factsFrom } from "../../src/facts/from-aws.ts";
import { readFacts } from "../../src/facts/parse.ts";
import { printFacts } from "../../src/facts/print.ts";
import { buildFleet } from "../../src/simulate/swarm/fleet.ts";
import type { SwarmFleet } from "../../src/simulate/swarm/swarm-fleet.ts";
import { generateWorld, worldOf } from "../../src/simulate/swarm/generate.ts";
import { judgedBy } from "../../src/simulate/swarm/swarm-policy.ts";
import { ownershipOf } from "../../src/simulate/swarm/ours.ts";
import { commandOf, createPlayer } from "../../src/simulate/swarm/player.ts";
import { runWorld } from "../../src/simulate/swarm/run-world.ts";
import { shrinkWorld } from "../../src/simulate/swarm/shrink.ts";
import { tellStory } from "../../src/simulate/swarm/story.ts";
import { runSwarm } from "../../src/simulate/swarm/swarm.ts";
import { notPlayed, queuesOf, type UserFleet } from "../../src/simulate/swarm/user-fleet.ts";

const parts = await loadParts();

const userOf = (facts: FleetFacts, more: Partial<UserFleet> = {}): UserFleet => ({
  facts,
  file: "fleet.json",
  configFile: null,
  policy: null,
  queues: [],
  ...more,
});

const wiring = (): WorldOptions => ({ clock: virtualClock(Date.UTC(2026, 0, 1)), seed: 1, send: () => {} });

/** How much there is of each kind. */
function countOf({ regions }: SwarmFleet): { readonly [kind: string]: number } {
  type Of = SwarmFleet["regions"][number];
  const size = (of: (region: Of) => readonly { readonly size: number }[]): number =>
    regions.flatMap(of).reduce((all, one) => all + one.size, 0);
  return {
    groups: size(({ groups }) => [groups]),
    // What is in no group and no cluster, and behind no load balancer, nothing leads to.
    instances: size(({ instances }) => [
      new Set(
        [...instances.values()].filter(
          ({ member, containerInstance, targets, registrations }) =>
            member !== null || containerInstance !== null || targets.size + registrations.size > 0,
        ),
      ),
    ]),
    hooks: size(({ groups }) => [...groups.values()].map(({ hooks }) => hooks)),
    containers: size(({ clusters }) => [...clusters.values()].map((one) => one.containerInstances)),
    // What finds no room runs nowhere, and is left out where a fleet is built of the file.
    services: size(({ clusters }) =>
      [...clusters.values()]
        .map((one) => [...one.services.values()].filter(({ desired, tasks }) => desired === 0 || tasks.size > 0))
        .map((some) => new Set(some)),
    ),
    tasks: size(({ clusters }) => [...clusters.values()].map(({ tasks }) => tasks)),
    targets: size(({ targetGroups }) => [...targetGroups.values()].map(({ targets }) => targets)),
    classic: size((region) => [...region.classicLoadBalancers.values()].map(({ registrations }) => registrations)),
    lattice: size((region) => [...region.latticeTargetGroups.values()].map(({ targets }) => targets)),
    discovered: size((region) => [...region.discoveryServices.values()].map(({ instances }) => instances)),
  };
}

/** A generated fleet as `spotkeeper facts` reads it over HTTP, and how much there was of it. */
async function readBack(seed: number): Promise<{ facts: FleetFacts; before: ReturnType<typeof countOf> }> {
  const clock = realClock({ speed: 1 });
  const generated = generateWorld(seed);
  // What waits in a warm pool, what a group retains, what is just leaving its load balancers (for standby), what runs
  // on Fargate and what ECS manages itself is not in the file.
  const world = {
    ...generated,
    groups: generated.groups.map((group) => ({ ...group, warmPool: null, retained: false, standby: false })),
    managed: [],
    services: generated.services.filter(({ launch }) => launch === "EC2"),
  };
  const fleet = buildFleet({ clock, seed, send: () => {} }, world);
  const before = countOf(fleet);
  const simulator = createSimulator({ clock, seed, world: fleet.world, operations: fleetOperations });
  const server = await serveSimulator(simulator);
  try {
    const others = [...new Set(world.places.map(({ account }) => account))].filter((one) => one !== "123456789012");
    const roles = others.map((account) => `{ roleArn: "arn:aws:iam::${account}:role/spotkeeper" }`).join(", ");
    const read = await parts.readFleet({
      config: parseConfig(`aws: { endpoint: "${server.url}", accounts: [${roles}] }`, "a.yaml"),
      regions: [...new Set(world.places.map(({ region }) => region))],
      env: {},
      aws: { credentials: () => Promise.resolve({ accessKeyId: "AKIA123456789012", secretAccessKey: "x" }) },
    });
    return { facts: readFacts(printFacts(factsFrom(read)), "f.json"), before };
  } finally {
    await server.close();
  }
}

test.each([1, 2, 3, 4, 5, 6])(
  "the generated fleet of seed %i, read over HTTP, is built as it was",
  { timeout: 60_000 },
  async (seed) => {
    const { facts, before } = await readBack(seed);
    const user = userOf(facts);
    expect(facts.unread).toEqual([]);
    expect(countOf(buildFleet(wiring(), worldOf(user, seed)))).toEqual(before);
  },
);

test(
  "a fleet that was read over HTTP is played in five worlds, in which nothing breaks",
  { timeout: 300_000 },
  async () => {
    const { facts } = await readBack(1);
    const user = userOf(facts);
    const outcome = await runSwarm({
      players: [createPlayer(parts, user)],
      user,
      seed: 1,
      worlds: 5,
      wall: () => performance.now(),
      onProgress: () => {},
    });
    expect(outcome.failures).toEqual([]);
    expect(outcome.incidents).toBeGreaterThan(0);
    expect(outcome.dimensions).not.toHaveProperty("target registered by hand");
    expect(outcome.notPlayed.length).toBeGreaterThan(0);
  },
);

const small: FleetFacts = {
  ...NO_FACTS,
  groups: [
    groupFacts("web", {
      account: "111122223333",
      region: "eu-west-1",
      instances: [
        instanceFacts("i-0a000000"),
        instanceFacts("i-0b000000"),
        instanceFacts("i-0c000000", { lifecycle: "on-demand" }),
      ],
      hooks: [
        hookFacts("ours", { notificationTarget: "arn:aws:sqs:eu-west-1:111122223333:spot" }),
        hookFacts("theirs", { notificationTarget: "arn:aws:sqs:eu-west-1:111122223333:other" }),
        hookFacts("bye-web"),
      ],
    }),
    groupFacts("other", { account: "111122223333", region: "eu-west-1", instances: [instanceFacts("i-0d000000")] }),
  ],
};

test("a user's policy is played, its hooks are ours, and it decides what is judged", { timeout: 120_000 }, async () => {
  const text = `
    sources: { sqs: [{ queueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/spot" }] }
    policy: { defaults: { dryRun: true, hooks: ["bye-*"] } }`;
  const config = parseConfig(text, "a.yaml");
  const user = userOf(small, { configFile: "a.yaml", policy: config.policy, queues: queuesOf(config) });
  expect(user.queues).toEqual(["arn:aws:sqs:eu-west-1:111122223333:spot"]);
  const world = worldOf(user, 3);
  expect(world.policy.may).toBe("only say it");
  expect([...buildFleet(wiring(), world).ourHooks]).toEqual(["ours", "bye-web"]);
  expect((await runWorld({ ...world, faults: [], lives: [] }, parts)).breaches).toEqual([]);
  const rules = parseConfig("policy: { rules: [{ name: a, match: { group: web }, do: { drain: false } }] }", "a.yaml");
  expect(judgedBy(rules.policy).may).toBe("as its rules say");
  expect(notPlayed({ ...user, policy: rules.policy })).toContainEqual(expect.stringContaining("is not judged"));
});

test("whose an instance is, is seen by its operator, its tags and the policy", () => {
  const of = (tags: { [name: string]: string }, policy = "", operator: string | null = null): string =>
    ownershipOf(parseConfig(policy, "a.yaml").policy, { tags, operator });
  expect(of({})).toBe("ours");
  expect(of({ "karpenter.sh/nodepool": "" })).toBe("not ours");
  expect(of({}, "", "eks.amazonaws.com")).toBe("not ours");
  expect(of({ "karpenter.sh/nodepool": "" }, "policy: { defaults: { handsOn: true } }")).toBe("perhaps");
  expect(of({}, "policy: { tag: { required: true } }")).toBe("not ours");
});

test("a failing world is made small, and told with the file and the command that repeats it", async () => {
  const user = userOf(small, { file: "my fleet.json", configFile: "spot.yaml" });
  const smallest = await shrinkWorld(worldOf(user, 1), {
    stillFails: (one) => Promise.resolve(one.user?.facts.groups.some(({ name }) => name === "web") === true),
    most: 500,
  });
  expect(smallest).toMatchObject({ events: [], faults: [], lives: [] });
  expect(smallest.user?.facts.groups.map(({ name }) => name)).toEqual(["web"]);
  const story = tellStory(
    smallest,
    { breaches: [], incidents: 0, excuses: { warned: 0, excused: 0 }, timeline: [] },
    commandOf(7, user),
  );
  expect(story).toContain("of my fleet.json: the groups web (3 instances)");
  expect(story).toContain("Again: spotkeeper simulate --swarm 1 --seed 7 --facts 'my fleet.json' --config spot.yaml");
});

test("what happens, happens to any instance of the file", () => {
  const world = worldOf(userOf(small), 1);
  const firsts = Array.from(
    { length: 20 },
    (_, seed) => buildFleet(wiring(), { ...world, seed }).members.get("111122223333/eu-west-1/web")?.[0]?.id,
  );
  expect(new Set(firsts)).toEqual(new Set(["i-0a000000", "i-0b000000", "i-0c000000"]));
});
