import { describe, expect, test } from "vitest";
import type { Incident } from "../../src/model/incident.ts";
import { clean } from "../../src/notify/message/clean.ts";
import { contentHash } from "../../src/notify/outbox/hash.ts";
import { impact, many, model, step, T0, task, told } from "./support/samples.ts";

const drained: Partial<Incident> = { outcome: "drained", drainedAt: T0 + 79_000, goneAt: T0 + 120_000, closedAt: T0 };

describe("the first line", () => {
  test.each([
    ["one", [told("i-1")], "i-1 (web, m5.large) in eu-west-1b is reclaimed, 94 s left"],
    ["several of a kind", many(3), "3 of m5.large in eu-west-1b are reclaimed, 94 s left"],
    [
      "several kinds",
      [...many(2), told("i-a", { type: "c5.large", zone: "eu-west-1a" })],
      "3 instances (2 m5.large, 1 c5.large) in eu-west-1b, eu-west-1a are reclaimed, 94 s left",
    ],
    [
      "the first deadline",
      [told("i-1"), told("i-2", { body: { deadline: T0 + 180_000 } })],
      "2 of m5.large in eu-west-1b are reclaimed, 94 s left for the first",
    ],
    [
      "late",
      [told("i-1", { body: { deadline: T0 } })],
      "i-1 (web, m5.large) in eu-west-1b is reclaimed, the deadline has passed",
    ],
    [
      "drained before the deadline came",
      [told("i-1", { body: { deadline: T0 + 10_000, drainedAt: T0 + 9_000 } })],
      "i-1 (web, m5.large) in eu-west-1b is reclaimed, drained in time",
    ],
    [
      "the wait for its work was given up before the deadline came",
      [
        told("i-1", {
          body: {
            deadline: T0 + 10_000,
            drainedAt: T0 + 9_000,
            steps: [step("set-draining", { state: "done" }), step("drain-tasks", { state: "abandoned" })],
          },
        }),
      ],
      "i-1 (web, m5.large) in eu-west-1b is reclaimed, the deadline has passed",
    ],
    [
      "some drained and some not: what time is left for these",
      [
        told("i-1", { body: { drainedAt: T0 } }),
        told("i-2", { body: { deadline: T0 + 180_000 } }),
        told("i-3", { body: { drainedAt: T0 } }),
      ],
      "3 of m5.large in eu-west-1b are reclaimed, 154 s left for 1",
    ],
    [
      "a dry run",
      [told("i-1", { body: { mode: "dry-run" } })],
      "i-1 (web, m5.large) in eu-west-1b is reclaimed, 94 s left; a dry run, nothing is done",
    ],
    [
      "drained too late",
      [told("i-1", { body: { deadline: T0 + 10_000, drainedAt: T0 + 11_000 } })],
      "i-1 (web, m5.large) in eu-west-1b is reclaimed, the deadline has passed",
    ],
    [
      "hibernated",
      [told("i-1", { body: { action: "hibernate" } })],
      "i-1 (web, m5.large) in eu-west-1b is hibernated, 94 s left",
    ],
    [
      "mixed, the worst first",
      [told("i-1", { kind: "rebalance", body: { deadline: null } }), told("i-2")],
      "i-2 (web, m5.large) in eu-west-1b is reclaimed, 94 s left; 1 more may be reclaimed soon",
    ],
    [
      "some not interrupted after all: they are reclaimed no more",
      [
        told("i-1", { kind: "rebalance", body: { deadline: null } }),
        told("i-2", { body: { outcome: "cancelled" } }),
        told("i-3", { kind: "rebalance", body: { deadline: null, outcome: "told" } }),
      ],
      "i-1 (web, m5.large) in eu-west-1b may be reclaimed soon; 1 more was not interrupted after all; 1 more was only recommended, no interruption followed",
    ],
    ["nothing known", [told("i-1", { facts: null })], "i-1 in eu-west-1b is reclaimed, 94 s left"],
    [
      "scheduled",
      [told("i-1", { kind: "scheduled-change", body: { deadline: T0 + 14 * 86_400_000 } })],
      "i-1 (web, m5.large) in eu-west-1b has a scheduled event, 14 days left",
    ],
    [
      "a task",
      [
        told("arn:aws:ecs:eu-west-1:111122223333:task/prod/0a1b", {
          kind: "fargate-spot-stop",
          facts: null,
          body: { deadline: T0 + 56_000 },
        }),
      ],
      "Fargate Spot task 0a1b in eu-west-1b is stopped, 30 s left",
    ],
    [
      "the labels remember",
      [told("i-1", { facts: null, body: { labels: { name: "db", instanceType: "r5.large" } } })],
      "i-1 (db, r5.large) in eu-west-1b is reclaimed, 94 s left",
    ],
  ])("%s", (_, members, line) => {
    expect(model(members).headline).toBe(line);
  });

  test.each([
    ["drained", [told("i-1", { body: drained })], "i-1 (web, m5.large) in eu-west-1b: drained, 41 s to spare"],
    [
      "some not",
      [...many(2, { body: drained }), told("i-a", { body: { outcome: "deadline-passed" } })],
      "3 of m5.large in eu-west-1b: 2 drained, 1 not drained in time, at least 41 s to spare",
    ],
    ["all", many(2, { body: { outcome: "cancelled" } }), "2 of m5.large in eu-west-1b: all not interrupted after all"],
  ])("of an outcome: %s", (_, members, line) => {
    const made = model(members);
    expect(made.phase).toBe("outcome");
    expect(made.headline).toBe(line);
  });
});

describe("what is at stake", () => {
  test("services, the worst first, with what they keep", () => {
    const facts = { impact: [impact({ service: "search", survives: 9, desired: 10, belowMinimum: false }), impact()] };
    const made = model(many(3, { facts }));
    expect(made.stakes).toEqual(["checkout keeps 1 of 4 tasks, below its minimum of 2", "search keeps 9 of 10 tasks"]);
    expect(made.severity).toBe("critical");
    expect(made.ask).toEqual([
      "check that checkout has 2 running tasks again; if not, check why web launches no instances",
    ]);
  });

  test("members that saw less of the storm do not hide it", () => {
    const early = told("i-1", { facts: { impact: [impact({ doomed: 1, survives: 3, belowMinimum: false })] } });
    const late = told("i-2", { facts: { impact: [impact()] } });
    for (const members of [
      [early, late],
      [late, early],
    ])
      expect(model(members).stakes).toEqual(["checkout keeps 1 of 4 tasks, below its minimum of 2"]);
  });

  test("by zone, where there are several: one that is left without comes first", () => {
    const zones = {
      "eu-west-1a": { doomed: 1, survives: 1 },
      "eu-west-1b": { doomed: 2, survives: 0 },
      "eu-west-1c": { doomed: 0, survives: 3 },
    };
    const seven = { doomed: 3, survives: 4, desired: 7, belowMinimum: false, zones };
    const stakes = (running: number): readonly string[] =>
      model([told("i-1", { facts: { impact: [impact({ ...seven, running })] } })]).stakes;
    expect(stakes(7)).toEqual(["checkout keeps 4 of 7 tasks (eu-west-1b keeps 0 of 2, eu-west-1a keeps 1 of 2)"]);
    // Not all of its tasks are known: nothing is claimed of zones.
    expect(stakes(8)).toEqual(["checkout keeps 4 of 7 tasks"]);
  });

  test("standalone tasks are lost, daemons are not", () => {
    const made = model([told("i-1", { facts: { tasks: [task("standalone"), task("daemon")] } })]);
    expect(made.stakes).toEqual(["1 standalone task that no service starts again"]);
    expect(made.ask).toEqual(["start 1 standalone task elsewhere, if still needed: no service will"]);
    expect(made.members[0]).toMatchObject({ standaloneTasks: 1, daemonTasks: 1 });
    expect(model([told("i-1", { facts: { tasks: [task("daemon")] } })]).stakes).toEqual([
      "only daemons run there (1 task)",
    ]);
  });

  test("nothing is claimed of what is not known", () => {
    expect(model([told("i-1")]).stakes).toEqual(["no ECS task is affected"]);
    const missing = [{ what: "cluster", why: "access denied" }] as const;
    const made = model([told("i-1", { facts: { complete: false, missing } })]);
    expect(made.stakes).toEqual([]);
    expect(made.missing).toEqual(["cluster: access denied"]);
  });

  test.each(["waiting", "abandoned"] as const)("nor of what was seen before, while the look at it is %s", (state) => {
    const made = model([told("i-1", { body: { steps: [step("look-up", { state })] } })]);
    expect(made).toMatchObject({
      stakes: [],
      missing: ["tasks: as they were last seen; they are not looked at anew yet"],
    });
  });

  test("nor of one that has ended, whose tasks are known no more", () => {
    expect(model([told("i-1", { body: { labels: { tasks: 2 } } })]).stakes).toEqual([]);
  });
});

describe("what was lost", () => {
  const drained = { outcome: "drained", drainedAt: T0 + 79_000 } as const;
  const late = { outcome: "deadline-passed", drainedAt: T0 + 132_000 } as const;
  const looked = step("look-around", { state: "done", receipt: { left: 0 } });
  const emptied = { ...drained, steps: [looked, step("drain-tasks", { state: "done" })], labels: { tasks: 2 } };
  test("nothing, where all have drained", () => {
    const untasked = { ...drained, steps: [looked], labels: { tasks: 0 } };
    expect(model([told("i-1", { body: emptied }), told("i-2", { body: untasked })]).stakes).toEqual([
      "nothing was lost",
    ]);
  });

  test.each([
    ["its targets", { ...emptied, steps: [step("drain-tasks", { state: "done" })] }],
    ["its tasks", { ...emptied, steps: [looked] }],
  ])("that nothing was lost is not said where the policy leaves %s alone", (_, body) => {
    expect(model([told("i-1", { body })]).stakes).toEqual([]);
  });

  test.each([
    ["a dry run", { outcome: "dry-run", mode: "dry-run" }],
    ["what was left to its owner", { outcome: "handed-off", mode: "observe" }],
    ["a notice that nothing followed", { outcome: "cancelled" }],
  ] as const)("nothing is said of %s", (_, body) => {
    expect(model([told("i-1", { body })]).stakes).toEqual([]);
  });

  test("what was cut off, and by how much; what nobody warned of; tasks that ran there once", () => {
    const { stakes } = model([
      told("i-1", { body: late }),
      told("i-2", { body: { outcome: "missed-notice", deadline: null } }),
      told("i-3", { body: { ...drained, labels: { standaloneTasks: 2 } }, facts: null }),
      told("i-4", { body: { ...drained, labels: { standaloneTasks: 1 } }, facts: { tasks: [task("standalone")] } }),
    ]);
    expect(stakes).toEqual([
      "cut off before it had drained: i-1 (12 s late)",
      "gone without a warning: i-2",
      "3 standalone tasks ended that no service starts again",
    ]);
  });

  test("while others are open, only what is lost already", () => {
    const open = told("i-2", { facts: { complete: false } });
    expect(model([told("i-1", { body: drained }), open]).stakes).toEqual([]);
    expect(model([told("i-1", { body: late }), open]).stakes).toEqual([
      "cut off before it had drained: i-1 (12 s late)",
    ]);
  });
});

describe("what a person can do in the place of a step that was given up", () => {
  test.each([
    ["deregister-target", "deregister from target groups"],
    ["deregister-classic", "deregister from Classic Load Balancers"],
    ["deregister-lattice", "deregister from VPC Lattice"],
    ["deregister-discovery", "deregister from Cloud Map"],
    ["set-draining", "drain the container instance"],
  ])("%s", (responder, phrase) => {
    const steps = [step(responder, { state: "abandoned", reason: "denied" })];
    expect(model([told("i-1", { body: { steps } })]).ask).toEqual([`${phrase} by hand: i-1`]);
  });
});

describe("what is being done", () => {
  const steps = [
    step("look-up", { state: "done" }),
    step("deregister-target", { state: "done" }),
    step("set-draining", { state: "abandoned", reason: "ecs:UpdateContainerInstancesState denied" }),
    step("drain-tasks", { attempts: 2 }),
    step("verify-replacement"),
  ];

  test("by step, with what could not be done, why, and by whom instead", () => {
    const made = model([told("i-1", { body: { steps } }), told("i-2", { body: { steps } })]);
    expect(made.doing).toEqual([
      "deregister from target groups: 2 of 2 done",
      "drain the container instance: 0 of 2 done, 2 could not: ecs:UpdateContainerInstancesState denied",
      "wait for tasks to stop: 0 of 2 done",
      "wait until a replacement serves: 0 of 2 done",
    ]);
    expect(made.ask).toEqual(["drain the container instance by hand: i-1, i-2"]);
    expect(made.members[0]?.doing).toEqual([
      "deregister from target groups: done",
      "drain the container instance: could not: ecs:UpdateContainerInstancesState denied",
      "wait for tasks to stop: under way",
      "wait until a replacement serves: to do",
    ]);
  });

  test("nothing is asked for where the instance is gone already", () => {
    const made = model([told("i-1", { body: { steps, goneAt: T0 + 120_000 } })]);
    expect(made.ask).toEqual([]);
  });

  test("a dry run says what it would do, and asks for nothing that it did not try", () => {
    const would = [step("set-draining", { state: "skipped", reason: "dry run: this would be done" })];
    const made = model([told("i-1", { body: { mode: "dry-run", steps: would } })]);
    expect(made.doing).toEqual(["dry run: would drain the container instance"]);
    expect(made.ask).toEqual([]);
    expect(made.members[0]?.doing).toEqual(["would drain the container instance"]);
  });

  test("what is not ours is left to whom it belongs", () => {
    const made = model([told("i-1", { body: { mode: "observe" }, facts: { owner: "karpenter" } })]);
    expect(made.doing).toEqual(["it is left to karpenter, its owner"]);
    expect(model(many(2, { body: { mode: "observe" } })).doing).toEqual(["2 are only observed, as the policy says"]);
  });

  test("replacements, and how long they took", () => {
    const served = { ...drained, servesAt: T0 + 95_000 };
    const made = model([told("i-1", { body: served }), told("i-2", { body: { ...served, servesAt: T0 + 60_000 } })]);
    expect(made.doing).toContain("2 replacements serve, the slowest after 95 s");
    expect(made.members[0]?.replacedAfterSeconds).toBe(95);
    expect(made.severity).toBe("info");
  });

  test("what was cut off calls for a look", () => {
    const made = model([told("i-1", { body: { outcome: "deadline-passed", drainedAt: T0 + 121_000 } })]);
    expect(made.severity).toBe("critical");
    expect(made.ask).toEqual(["check the logs of i-1 for requests and jobs that were cut off"]);
    expect(made.members[0]?.marginSeconds).toBe(-1);
  });

  test.each([
    ["its group still held it", { gone: null, state: "running" }, true],
    ["its group still held it, and no further look had time", { retained: false }, true],
    ["EC2 did not say", { gone: null }, false],
    ["it had ended", { gone: true, state: "terminated" }, false],
  ])("not drained in time, and at the last look %s", (_, receipt, runs) => {
    const steps = [step("verify-gone", { state: "done", receipt })];
    const body = {
      outcome: "deadline-passed",
      drainedAt: T0 + 132_000,
      labels: { standaloneTasks: 1 },
      steps,
    } as const;
    const made = model([told("i-1", { body })]);
    expect(made.stakes).toEqual(
      runs
        ? ["not drained by its deadline, but still running: i-1"]
        : ["cut off before it had drained: i-1 (12 s late)", "1 standalone task ended that no service starts again"],
    );
    expect(made.ask).toEqual(
      runs
        ? ["check that i-1 ends: its group is terminating it"]
        : [
            "check the logs of i-1 for requests and jobs that were cut off",
            "start 1 standalone task elsewhere, if still needed: no service will",
          ],
    );
  });
});

describe("many, and strange ones", () => {
  test("a storm of 1,000 is summarised, quickly, with the most urgent first", () => {
    const members = many(1_000, { facts: { impact: [impact()], missing: [{ what: "targets", why: "throttled" }] } });
    const urgent = told("i-urgent", { body: { deadline: T0 + 60_000 } });
    const started = performance.now();
    const made = model([...members, urgent]);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(made.storm).toBe(true);
    expect(made.headline).toBe("checkout 1/4: 1001 of m5.large in eu-west-1b are reclaimed, 34 s left for the first");
    expect(made.members[0]?.subject).toBe("i-urgent");
    expect(made.members).toHaveLength(1_001);
    expect(made.missing).toEqual(["targets: throttled (1000)"]);
    expect([...made.stakes, ...made.doing, ...made.ask, ...made.missing].length).toBeLessThan(40);
  });

  test("names cannot move the cursor, break lines, or write backwards", () => {
    const name = "web\r\nFAKE: all is well\u001B[2J\u001B]0;title\u0007\u202Egpj.exe\u2028x\u0000";
    const made = model([told("i-1", { name, facts: { impact: [impact({ service: name })] } })]);
    // eslint-disable-next-line no-control-regex -- that is what must not be there
    expect(JSON.stringify(made)).not.toMatch(/\\[rn]|\\u00[01]|\u001B|\u202E|\u2028/);
    expect(made.members[0]?.name).toBe("web FAKE: all is well gpj.exe x");
  });

  test("long text is cut between characters", () => {
    expect(clean("😀".repeat(10), 5)).toBe("😀😀😀😀…");
    expect(clean("a".repeat(100_000)).length).toBe(300);
  });
});

describe("what counts as news", () => {
  const before = model([told("i-1", { body: { steps: [step("set-draining")] } })]);

  test("the countdown does not", () => {
    const later = model([told("i-1", { body: { steps: [step("set-draining")] } })], T0 + 60_000);
    expect(later.headline).not.toBe(before.headline);
    expect(contentHash(later, "full")).toBe(contentHash(before, "full"));
  });

  test("progress does for machines alone; another member for all", () => {
    const progress = model([told("i-1", { body: { steps: [step("set-draining", { state: "done" })] } })]);
    expect(contentHash(progress, "full")).not.toBe(contentHash(before, "full"));
    expect(contentHash(progress, "material")).toBe(contentHash(before, "material"));
    const joined = model([told("i-1", { body: { steps: [step("set-draining")] } }), told("i-2")]);
    expect(contentHash(joined, "material")).not.toBe(contentHash(before, "material"));
  });

  test("a service that is below its minimum, and loses nothing here, does not for people", () => {
    const low = impact({ doomed: 0, survives: 0, belowMinimum: true });
    const short = model([told("i-1", { body: { steps: [step("set-draining")] }, facts: { impact: [low] } })]);
    expect(contentHash(short, "material")).toBe(contentHash(before, "material"));
  });

  test("an outcome stays the same when its instance is forgotten", () => {
    const known = model([told("i-1", { body: drained })]);
    const forgotten = model([told("i-1", { body: drained, facts: null })]);
    expect(contentHash(forgotten, "full")).toBe(contentHash(known, "full"));
  });
});
