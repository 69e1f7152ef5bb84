import { createClients } from "../packages/controller/src/aws/clients.ts";
import { createAws } from "../packages/controller/src/aws/index.ts";
import type { Purpose } from "../packages/controller/src/aws/ask.ts";
import type { Depth } from "../packages/controller/src/enrich/look-up/freshness.ts";
import { factsOf } from "../packages/controller/src/enrich/facts-of.ts";
import { createLookAround } from "../packages/controller/src/enrich/look-up/look-around.ts";
import { createLookUp } from "../packages/controller/src/enrich/look-up/look-up.ts";
import { defaultOverrides } from "../packages/controller/src/enrich/overrides.ts";
import { createMemoryInventory } from "../packages/controller/src/inventory/memory.ts";
import { createSweeper } from "../packages/controller/src/inventory/sweep/sweeper.ts";
import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createSimulator,
  createTargetGroup,
  createWorld,
  defineTask,
  fleetOperations,
  regionOf,
  sdkHandler,
  virtualClock,
} from "@spotkeeper/simulator";

export const name = "enrich";

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const SEED = 1;
const place = { account: "111122223333", region: "eu-west-1" } as const;

/** A large cluster, interrupted all at once. */
const INSTANCES = 100;
const TASKS = 1_000;
const SERVICES = 20;
/** Target groups that are unrelated to the cluster. */
const STRANGERS = 300;

/**
 * Counts read calls to understand interruptions in a cluster of 100 instances, 1,000 tasks and 20 services (each behind
 * a target group), among 300 unrelated target groups. It uses the real SDK, the lanes and AWS's throttling, and
 * compares with what the simulator saw: without an inventory, and with one that the sweeper keeps. Reads of target
 * health are polls, and are counted separately.
 */
export async function run(): Promise<readonly Row[]> {
  return [
    ...(await look("1 interruption, no inventory", 1, false)),
    ...(await look("100 together, no inventory", INSTANCES, false)),
    ...(await look("1 interruption, warm inventory", 1, true)),
    ...(await look("100 together, warm inventory", INSTANCES, true)),
  ];
}

async function look(what: string, interrupted: number, warm: boolean): Promise<readonly Row[]> {
  const account = createAccount();
  const { clock, inventory, lookUp, lookAround, ids, calls } = account;
  if (warm) await account.sweep(10 * MINUTE);
  const subjects = ids.slice(0, interrupted).map((id) => ({ type: "instance", id }) as const);
  const before = calls();
  const looked = async (depth: Depth): Promise<void> => {
    const all = subjects.map((subject) => lookUp(subject, place, clock.now() + MINUTE, depth));
    await clock.runUntilSettled(Promise.all(all));
  };
  await looked("act");
  const acting = calls();
  await looked("tell");
  const all = calls();
  const around = await clock.runUntilSettled(
    Promise.all(subjects.map(({ id }) => lookAround(id, place, clock.now() + MINUTE))),
  );
  const looks = calls().poll - all.poll;
  const left = around.reduce((most, one) => Math.max(most, one.left?.length ?? STRANGERS), 0);

  const doomed = new Set(subjects.map(({ id }) => id));
  const facts = subjects.map((subject) => factsOf(inventory, subject, place, doomed, defaultOverrides, clock.now()));
  const unknown = facts.filter((one) => !one.complete || one.missing.length > 0).length;
  const tasks = facts.reduce((sum, one) => sum + one.tasks.length, 0);
  account.close();
  return [
    { what: `${what}: read calls until draining can start`, value: acting.enrich - before.enrich, unit: "calls" },
    { what: `${what}: read calls in all`, value: all.enrich - before.enrich, unit: "calls" },
    { what: `${what}: polls of target health`, value: all.poll - before.poll, unit: "calls" },
    { what: `${what}: polls of the look around`, value: looks, unit: "calls" },
    { what: `${what}: target groups not looked at`, value: left, unit: "target groups" },
    { what: `${what}: sweeper's calls before`, value: before.sweep, unit: "calls" },
    { what: `${what}: tasks understood`, value: tasks, unit: "tasks" },
    { what: `${what}: incidents with something missing`, value: unknown, unit: "incidents" },
  ];
}

/** Creates an account with that cluster behind the real SDK, on a virtual clock, with AWS's throttling. */
function createAccount() {
  const clock = virtualClock(START);
  const world = createWorld({ clock, seed: SEED, send: () => undefined });
  const region = regionOf(world, place.account, place.region);
  const cluster = createCluster(region, "web");
  const group = createGroup(world, region, {
    name: "web-nodes",
    desired: INSTANCES,
    types: ["m5.4xlarge"],
    hooks: [{ name: "graceful-shutdown-hook", transition: "autoscaling:EC2_INSTANCE_TERMINATING" }],
  });
  attachGroup(world, cluster, group);
  for (let index = 0; index < SERVICES; index++) {
    const service = `service-${index}`;
    const targetGroup = createTargetGroup(world, region, { name: service, targetType: "ip", loadBalancer: "web" });
    const definition = defineTask(region, { family: service, cpu: 256, memory: 256 });
    createService(world, cluster, { name: service, definition, desired: TASKS / SERVICES, targetGroup });
  }
  for (let index = 0; index < STRANGERS; index++)
    createTargetGroup(world, region, { name: `stranger-${index}`, loadBalancer: "strangers" });
  const simulator = createSimulator({
    clock,
    seed: SEED,
    world,
    operations: fleetOperations,
    latency: { min: 20, max: 60 },
  });

  const counted: Record<Purpose, number> = { act: 0, enrich: 0, poll: 0, sweep: 0 };
  const clients = createClients({
    clock,
    accounts: [],
    endpoint: null,
    credentials: () => Promise.resolve({ accessKeyId: `AKIA${place.account}AAAA`, secretAccessKey: "none" }),
    requestHandler: sdkHandler(simulator),
  });
  const aws = createAws({
    clock,
    random: () => 0.5,
    clients,
    accounts: [],
    ownAccount: null,
    onCall: ({ purpose }) => void counted[purpose]++,
  });
  const inventory = createMemoryInventory();
  const lookUp = createLookUp({
    aws,
    inventory,
    clock,
    overrides: defaultOverrides,
    gather: 250,
  });
  const lookAround = createLookAround({ aws, inventory, clock });
  const sweep = async (time: number): Promise<void> => {
    const stop = new AbortController();
    const lease = (): Promise<boolean> => Promise.resolve(true);
    const options = {
      aws,
      inventory,
      clock,
      random: () => 0.5,
      lease,
      places: [place],
    };
    const sweeping = createSweeper({ ...options, callsPerMinute: 60, often: 30 * MINUTE, keep: 600 * MINUTE }).run(
      stop.signal,
    );
    await clock.runUntil(clock.now() + time);
    stop.abort();
    await clock.runUntilSettled(sweeping);
  };
  const ids = [...group.members.keys()];
  const calls = (): Record<Purpose, number> => {
    const made = sum(counted);
    const seen = sum(simulator.calls.counts());
    if (made !== seen) throw new Error(`${made} calls were counted by their purpose, and the simulator saw ${seen}`);
    return { ...counted };
  };
  return { clock, inventory, lookUp, lookAround, ids, sweep, calls, close: () => aws.close() };
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
