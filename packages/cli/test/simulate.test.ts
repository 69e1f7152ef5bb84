import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createWorld, type Instance, regionOf, stormFleet, virtualClock } from "@spotkeeper/simulator";
import { describe, expect, test } from "vitest";
import { firstActionFloor } from "../src/simulate/first-action-floor.ts";
import { quantile } from "../src/simulate/quantile.ts";
import { readTrace } from "../src/simulate/trace-file.ts";
import { folder, spotkeeper } from "./support.ts";

const storm = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await spotkeeper(["simulate", "--output", "json", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const outcome = JSON.parse(stdout) as Record<string, unknown>;
  delete outcome["wallSeconds"];
  return outcome;
};

describe("a storm", () => {
  test("is drained in time, loses nothing, repeats nothing, and has all of its fields", async () => {
    const outcome = await storm("--storm", "30", "--clusters", "2", "--buckets", "2");
    expect(Object.keys(outcome)).toEqual([
      "incidents",
      "firstActionSeconds",
      "firstActionFloorSeconds",
      "drainedBeforeDeadline",
      "marginSeconds",
      "awsCalls",
      "readCalls",
      "pollCalls",
      "sweepCalls",
      "writeCalls",
      "throttled",
      "alerts",
      "messagesSent",
      "duplicateEffects",
      "lost",
      "tasksKilled",
      "outcomes",
      "failures",
    ]);
    expect(outcome).toMatchObject({
      incidents: 30,
      drainedBeforeDeadline: 1,
      alerts: 2,
      duplicateEffects: 0,
      failures: 0,
      lost: 0,
      tasksKilled: 0,
      throttled: 0,
      outcomes: { drained: 30 },
    });
    const calls = outcome["awsCalls"] as Record<string, number>;
    expect(calls["ecs:UpdateContainerInstancesState"]).toBeGreaterThan(0);
    const counted = ["readCalls", "pollCalls", "sweepCalls", "writeCalls"].map((name) => Number(outcome[name]));
    expect(counted.reduce((sum, count) => sum + count)).toBe(Object.values(calls).reduce((sum, count) => sum + count));
    const { p50, p99, max } = outcome["firstActionSeconds"] as Record<string, number>;
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeLessThan(1);
    expect(max).toBeGreaterThanOrEqual(p99!);
  });

  test("has one outcome for a seed, and another for another", async () => {
    const args = ["--storm", "12", "--clusters", "1", "--mix", "thirds"];
    const first = await storm(...args);
    expect(await storm(...args)).toEqual(first);
    expect(await storm(...args, "--seed", "2")).not.toEqual(first);
    // A third is only recommended, which by default is told; a third ends without a warning.
    expect(first).toMatchObject({ incidents: 12, outcomes: { drained: 4, "missed-notice": 4, watched: 4 } });
  });

  test("drains what ends without a warning as soon as EC2 says why it ends", async () => {
    const outcome = await storm("--storm", "300", "--clusters", "2", "--buckets", "1", "--mix", "thirds");
    expect(outcome).toMatchObject({ lost: 0, duplicateEffects: 0, throttled: 0, drainedBeforeDeadline: 1 });
    const { p99 } = outcome["firstActionSeconds"] as Record<string, number>;
    // Read, then drain: two calls of at most 60 ms, and what waits for a place in a batch. Not a search of all clusters.
    expect(p99).toBeLessThan(0.2);
  });

  test("under a policy that only watches is told, touches nothing, and says what is lost", async () => {
    const policy = join(folder, "dry.yaml");
    writeFileSync(policy, "policy: { dryRun: true }\n");
    const outcome = await storm("--storm", "10", "--clusters", "1", "--policy", policy);
    expect(outcome).toMatchObject({ writeCalls: 0, outcomes: { "dry-run": 10 }, drainedBeforeDeadline: 0 });
    expect(Number(outcome["lost"])).toBeGreaterThan(0);
    expect(Number(outcome["tasksKilled"])).toBeGreaterThan(0);
    expect(outcome["firstActionSeconds"]).toEqual({ p50: null, p99: null, max: null });
  });

  test("is as small as you like, but has an instance for each cluster", async () => {
    expect(await storm("--storm", "2")).toMatchObject({ incidents: 2, lost: 0 });
    const { code, stderr } = await spotkeeper(["simulate", "--storm", "2", "--clusters", "3"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--clusters: got 3, wants 2 at most")]);
  });

  test("is printed for people, too", async () => {
    const { code, stdout } = await spotkeeper(["simulate", "--storm", "10", "--clusters", "1"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^incidents +10 \(10 drained\)$/m);
    expect(stdout).toMatch(/^first action +p50 [\d.]+ s, p99 [\d.]+ s, max [\d.]+ s$/m);
    expect(stdout).toMatch(/^drained before the deadline +100 %$/m);
    expect(stdout).toMatch(/^lost +0 instances, 0 tasks killed by a reclaim that was told$/m);
  });
});

test("a trace is played to its end against the sandbox's fleet", async () => {
  const file = join(folder, "short.csv");
  writeFileSync(file, "0,add,a\n0,add,b\n5000,remove,a\n5000,remove,b\n600000,add,c\n900000,remove,c\n");
  const outcome = await storm("--trace", file);
  expect(outcome).toMatchObject({ incidents: 3, lost: 0, duplicateEffects: 0, failures: 0 });
});

describe("a wrong call", () => {
  test.each([
    [["simulate"], "SK-CALL-SIMULATE"],
    [["simulate", "--storm", "5", "--trace", "p3"], "SK-CALL-SIMULATE"],
    [["simulate", "--storm", "5", "--swarm", "2"], "got --storm and --swarm."],
    [["simulate", "--swarm", "1", "--policy", "x.yaml"], "with --facts, --config names your policy"],
    [["simulate", "--swarm", "1", "--buckets", "5"], "--buckets: --swarm makes its own"],
    [["simulate", "--swarm", "1", "--config", "x.yaml"], "give your fleet with --facts, or leave it out"],
    [["simulate", "--storm", "5", "--config", "x.yaml", "--policy", "y.yaml"], "leave one of them out"],
    [["simulate", "--trace", "p3", "--clusters", "5"], "--clusters is only for --storm"],
    [["simulate", "--trace", "p3", "--mix", "thirds"], "--mix is only for --storm"],
    [["simulate", "--trace", "p3", "--jobs", "2"], "--jobs is only for --swarm"],
    [["replay", "--live", "--seed", "3"], "--seed is of a simulated fleet"],
    [["simulate", "--storm", "5", "--facts", "x.json"], "--facts is only for --swarm"],
    [["simulate", "--swarm", "1", "--facts", "no-such.json"], "SK-INPUT-UNREADABLE"],
    [["simulate", "--trace", "no-such.csv"], "SK-INPUT-UNREADABLE"],
    [["simulate", "--storm", "0"], "whole number from 1"],
    [["simulate", "--storm", "5", "--policy", "no-such.yaml"], "SK-CONFIG-UNREADABLE"],
  ])("%j says what it wants", async (args, said) => {
    const { code, stdout, stderr } = await spotkeeper(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(said);
  });

  test("a trace that is none is told with its line", async () => {
    const file = join(folder, "bad.csv");
    writeFileSync(file, "0,add,a\nwhat?\n");
    expect(await spotkeeper(["simulate", "--trace", file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("bad.csv:2:"),
    });
    writeFileSync(file, "0,add,a\n");
    expect((await spotkeeper(["simulate", "--trace", file])).stderr).toContain("no interruption");
  });
});

test.each(["g4dn", "p3", "training-on-a-dime"])("the trace %s comes along", (name) => {
  expect(readTrace(name).events.filter(({ kind }) => kind === "interrupt").length).toBeGreaterThan(30);
});

describe("the floor", () => {
  const fleet = (instances: number, buckets: number): readonly Instance[] => {
    const clock = virtualClock(0);
    return stormFleet({ clock, seed: 1, send: () => {}, queueArn: "-", instances, clusters: buckets, buckets }).victims;
  };

  test("is nothing while the buckets hold enough", () => {
    expect(firstActionFloor(fleet(100, 1), 0.99)).toBe(0);
  });

  test("counts the calls that drain what no deregistration answers, a bucket at a time", () => {
    const victims = fleet(3_000, 1);
    const without = victims.filter(({ targets }) => targets.size === 0);
    // 100 calls at once, 40 a second: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
    const calls = Math.ceil(without.length / 10);
    expect(calls).toBeGreaterThan(110);
    expect(firstActionFloor(victims, 1)).toBeCloseTo((calls - 100) / 40);
    expect(firstActionFloor(fleet(3_000, 5), 1)).toBe(0);
  });

  test("of nothing is nothing", () => {
    const world = createWorld({ clock: virtualClock(0), seed: 1, send: () => {} });
    expect(firstActionFloor([...regionOf(world, "111122223333", "us-east-1").instances.values()], 1)).toBe(0);
  });
});

test("a quantile is a value that was seen", () => {
  expect(quantile([], 0.5)).toBeNull();
  expect(quantile([3], 0.99)).toBe(3);
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
  expect(quantile([4, 1, 3, 2], 0.99)).toBe(4);
  expect(quantile([4, 1, 3, 2], 0)).toBe(1);
});
