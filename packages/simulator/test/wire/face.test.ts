import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { ListClustersCommand } from "@aws-sdk/client-ecs";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";

import type { CallRecord } from "../../src/call-recorder.ts";
import type { FaultEffect } from "../../src/faults.ts";
import type { Operation } from "../../src/operation.ts";
import { bench, connect, START, transports } from "./support.ts";

/** One operation a protocol; each counts how often it was really performed. */
function counted(): { readonly operations: readonly Operation<null>[]; readonly performed: () => number } {
  let performed = 0;
  const run = (): Record<string, never> => {
    performed++;
    return {};
  };
  return {
    performed: () => performed,
    operations: [
      { service: "ecs", name: "ListClusters", mutating: false, run },
      { service: "ec2", name: "TerminateInstances", mutating: true, run },
      { service: "autoscaling", name: "DescribeAutoScalingGroups", mutating: false, run },
      { service: "elasticloadbalancingv2", name: "DescribeTargetGroups", mutating: false, run },
    ],
  };
}

const failure = async (promise: Promise<unknown>): Promise<Error & { $metadata?: { httpStatusCode?: number } }> => {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("The call was expected to fail.");
};

describe.each(transports)("faults, %s", (transport) => {
  test.each<[FaultEffect, string, number]>([
    [{ kind: "throttle" }, "ThrottlingException", 0],
    [{ kind: "denied" }, "AccessDeniedException", 0],
    [{ kind: "error", code: "ServerException", status: 500 }, "ServerException", 0],
    [{ kind: "error", code: "ClusterNotFoundException" }, "ClusterNotFoundException", 0],
    [{ kind: "reset" }, "", 0],
    [{ kind: "lost" }, "", 1],
    [{ kind: "html" }, "", 0],
    [{ kind: "failed" }, "", 1],
    [{ kind: "garbage" }, "", 1],
    [{ kind: "truncated" }, "", 1],
  ])("%j once, then the call works", async (effect, name, performedByFault) => {
    const { operations, performed } = counted();
    const setup = bench(operations);
    const clients = await connect(transport, setup);
    setup.simulator.faults.add({ match: { service: "ecs" }, effect, times: 1 });
    const error = await failure(clients.run(clients.ecs.send(new ListClustersCommand({}))));
    if (name !== "") expect(error.name).toBe(name);
    if (effect.kind === "html") expect(error.$metadata?.httpStatusCode).toBe(500);
    expect(performed()).toBe(performedByFault);
    await clients.run(clients.ecs.send(new ListClustersCommand({})));
    expect(performed()).toBe(performedByFault + 1);
    expect(setup.simulator.faults.list()[0]?.met).toBe(1);
    await clients.close();
  });

  test("EC2's codes for throttling and a missing permission", async () => {
    const setup = bench(counted().operations);
    const clients = await connect(transport, setup);
    for (const [kind, code, status] of [
      ["throttle", "RequestLimitExceeded", 503],
      ["denied", "UnauthorizedOperation", 403],
    ] as const) {
      setup.simulator.faults.add({ match: {}, effect: { kind }, times: 1 });
      const error = await failure(
        clients.run(clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] }))),
      );
      expect(error).toMatchObject({ name: code, $metadata: { httpStatusCode: status } });
    }
    await clients.close();
  });

  test("a hanging call lasts until the client gives up, and is not performed", async () => {
    const { operations, performed } = counted();
    const setup = bench(operations);
    const clients = await connect(transport, setup);
    setup.simulator.faults.add({ match: {}, effect: { kind: "hang" } });
    const giveUp = new AbortController();
    if (transport === "over HTTP") setTimeout(() => giveUp.abort(), 100);
    else setup.clock.setTimer(START + 100, () => giveUp.abort());
    const call = clients.ecs.send(new ListClustersCommand({}), { abortSignal: giveUp.signal });
    expect(await failure(clients.run(call))).toMatchObject({ name: "AbortError" });
    expect(performed()).toBe(0);
    await expect.poll(() => setup.simulator.calls.recent()[0]?.outcome).toBe("aborted");
    await clients.close();
  });
});

test("a fault skips, counts, and meets only what it matches", async () => {
  const { operations, performed } = counted();
  const setup = bench(operations);
  const clients = await connect("in the process", setup);
  setup.simulator.faults.add({
    match: {
      service: "ec2",
      operation: "TerminateInstances",
      mutating: true,
      contains: "i-doomed",
      region: "eu-west-1",
    },
    effect: { kind: "error", code: "InternalError", status: 500 },
    skip: 1,
    times: 2,
  });
  const terminate = async (id: string): Promise<string> => {
    const call = clients.run(clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
    return call.then(
      () => "ok",
      (error: unknown) => (error as Error).name,
    );
  };
  const outcomes = [];
  for (const id of ["i-doomed", "i-doomed", "i-other", "i-doomed", "i-doomed"]) outcomes.push(await terminate(id));
  expect(outcomes).toEqual(["ok", "InternalError", "ok", "InternalError", "ok"]);
  expect(performed()).toBe(3);
});

test("a fault for writes lets reads through", async () => {
  const setup = bench(counted().operations);
  const clients = await connect("in the process", setup);
  setup.simulator.faults.add({ match: { mutating: true }, effect: { kind: "throttle" } });
  await clients.run(clients.ecs.send(new ListClustersCommand({})));
  const write = clients.run(clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] })));
  expect(await failure(write)).toMatchObject({ name: "RequestLimitExceeded" });
});

test("latency passes on the clock, is drawn from the seed, and time-outs count it", async () => {
  const setup = bench(counted().operations, { latency: { min: 20, max: 80 } });
  const clients = await connect("in the process", setup);
  await clients.run(clients.ecs.send(new ListClustersCommand({})));
  const took = setup.clock.now() - START;
  expect(took).toBeGreaterThanOrEqual(20);
  expect(took).toBeLessThan(80);
  setup.simulator.faults.add({ match: {}, effect: { kind: "latency", ms: 5_000 } });
  const before = setup.clock.now();
  const slow = clients.ecs.send(new ListClustersCommand({}), { requestTimeout: 1_000 });
  expect(await failure(clients.run(slow))).toMatchObject({ name: "TimeoutError" });
  expect(setup.clock.now() - before).toBe(1_000);
});

test.each([
  ["hang", 0],
  ["silent", 1],
] as const)("%s: no answer until the client gives up, and it is performed %i times", async (kind, times) => {
  const { operations, performed } = counted();
  const setup = bench(operations);
  const clients = await connect("in the process", setup);
  setup.simulator.faults.add({ match: {}, effect: { kind } });
  const before = setup.clock.now();
  const call = clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] }), { requestTimeout: 10_000 });
  expect(await failure(clients.run(call))).toMatchObject({ name: "TimeoutError" });
  expect(setup.clock.now() - before).toBe(10_000);
  expect(performed()).toBe(times);
});

test("hooks stand at both boundaries of each call, and hold it and time up, even after it slept", async () => {
  const { operations, performed } = counted();
  const setup = bench(operations, { latency: { min: 10, max: 10 } });
  const clients = await connect("in the process", setup);
  const seen: string[] = [];
  const remove = setup.simulator.onCall(async (call, phase) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen.push(`${phase} ${call.operation}, performed ${performed()}`);
  });
  setup.clock.setTimer(START + 11, () => seen.push("a later instant"));
  await clients.run(clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] })));
  await setup.clock.runUntil(START + 11);
  expect(seen).toEqual([
    "before TerminateInstances, performed 0",
    "after TerminateInstances, performed 1",
    "a later instant",
  ]);
  remove();
  await clients.run(clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] })));
  expect(seen).toHaveLength(3);
});

test("budgets: an account's burst, its refusal, its refill, and another account beside it", async () => {
  const { operations } = counted();
  const setup = bench(operations, {
    throttleRules: [
      { name: "t", service: "ecs", operations: "all", each: false, capacity: 3, refill: 2, source: "assumed: a test" },
    ],
  });
  const one = await connect("in the process", setup);
  const other = await connect("in the process", setup, {
    credentials: { accessKeyId: "AKIA999988887777TEST", secretAccessKey: "not-a-secret" },
  });
  const burst = async (clients: typeof one, calls: number): Promise<string[]> =>
    one.run(
      Promise.all(
        Array.from({ length: calls }, () =>
          clients.ecs.send(new ListClustersCommand({})).then(
            () => "ok",
            (error: unknown) => (error as Error).name,
          ),
        ),
      ),
    );
  expect(await burst(one, 5)).toEqual(["ok", "ok", "ok", "ThrottlingException", "ThrottlingException"]);
  expect(await burst(other, 1)).toEqual(["ok"]);
  await setup.clock.runUntil(START + 1_000);
  expect(await burst(one, 3)).toEqual(["ok", "ok", "ThrottlingException"]);
  expect(setup.simulator.calls.counts()).toEqual({
    "ecs:ListClusters:ThrottlingException": 3,
    "ecs:ListClusters:ok": 6,
  });
});

test("the same program on the same seed makes the same calls at the same times", async () => {
  const record = async (): Promise<readonly CallRecord[]> => {
    const setup = bench(counted().operations, { latency: { min: 1, max: 50 } });
    const queue = setup.simulator.queues.create("111122223333", "eu-west-1", "q");
    const clients = await connect("in the process", setup);
    for (let index = 0; index < 20; index++) setup.clock.setTimer(START + index * 37, () => queue.send(`m${index}`));
    const worker = async (): Promise<void> => {
      const QueueUrl = "https://sqs.eu-west-1.amazonaws.com/111122223333/q";
      for (let empty = 0; empty < 2;) {
        const { Messages = [] } = await clients.sqs.send(
          new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 3 }),
        );
        empty = Messages.length === 0 ? empty + 1 : 0;
        await Promise.all(Messages.map(() => clients.ecs.send(new ListClustersCommand({}))));
        if (Messages.length > 2) await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "again" }));
      }
    };
    await clients.run(Promise.all([worker(), worker()]));
    return setup.simulator.calls.recent();
  };
  const first = await record();
  expect(first.length).toBeGreaterThan(40);
  expect(await record()).toEqual(first);
});
