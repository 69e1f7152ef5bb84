import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FaultEffect } from "@spotkeeper/simulator";
import { createClients } from "../../src/aws/clients.ts";
import { AwsFailure } from "../../src/aws/failure.ts";
import { home, sandboxBench } from "./fleet.ts";

let it: ReturnType<typeof sandboxBench>;
beforeEach(() => {
  it = sandboxBench();
});
afterEach(() => it.close());

const describeOne = (): Promise<unknown> =>
  it.aws.ec2.describeInstances(home, ["i-0123456789abcdef0"], { purpose: "act", deadline: it.clock.now() + 60_000 });
const failureOf = (promise: Promise<unknown>): Promise<AwsFailure> =>
  it.run(
    promise.then(
      () => expect.fail("it succeeded"),
      (error: unknown) => error as AwsFailure,
    ),
  );

describe("what the SDK reports", () => {
  const cases: readonly (readonly [name: string, FaultEffect, kind: string, retryable: boolean, code: string])[] = [
    ["throttling", { kind: "throttle" }, "throttled", true, "RequestLimitExceeded"],
    ["a denial", { kind: "denied" }, "denied", false, "UnauthorizedOperation"],
    ["a page instead of an answer", { kind: "html" }, "unavailable", true, "Error"],
    ["a broken connection", { kind: "reset" }, "unavailable", true, "ECONNRESET"],
    ["an answer that is lost", { kind: "lost" }, "unavailable", true, "ECONNRESET"],
    ["no answer", { kind: "hang" }, "timed-out", true, "Timeout"],
    ["an internal error", { kind: "error", code: "InternalError", status: 500 }, "unavailable", true, "InternalError"],
    [
      "an unknown id",
      { kind: "error", code: "InvalidInstanceID.NotFound" },
      "not-found",
      false,
      "InvalidInstanceID.NotFound",
    ],
    ["a wrong state", { kind: "error", code: "IncorrectInstanceState" }, "conflict", true, "IncorrectInstanceState"],
    ["a wrong input", { kind: "error", code: "InvalidParameterValue" }, "invalid", false, "InvalidParameterValue"],
    ["expired credentials", { kind: "error", code: "ExpiredToken", status: 403 }, "unavailable", true, "ExpiredToken"],
    ["a request that is too old", { kind: "error", code: "RequestExpired" }, "unavailable", true, "RequestExpired"],
    ["a code that is new to us", { kind: "error", code: "SomethingElse" }, "invalid", false, "SomethingElse"],
    [
      "another service's throttling",
      { kind: "error", code: "ThrottlingException" },
      "throttled",
      true,
      "ThrottlingException",
    ],
    [
      "a full service",
      { kind: "error", code: "ServiceUnavailable", status: 503 },
      "unavailable",
      true,
      "ServiceUnavailable",
    ],
  ];
  test.each(cases)("%s", async (_name, effect, kind, retryable, awsCode) => {
    it.simulator.faults.add({ match: { service: "ec2" }, effect });
    const failure = await failureOf(describeOne());
    expect(failure).toMatchObject({
      name: "AwsFailure",
      code: "SK-AWS-CALL",
      fields: { kind, retryable, service: "ec2", operation: "DescribeInstances" },
    });
    if (awsCode !== "Error" && awsCode !== "ECONNRESET") expect(failure.fields.awsCode).toBe(awsCode);
    expect(failure.message).toContain("ec2:DescribeInstances");
    expect(it.records.map(({ outcome }) => outcome)).toEqual([kind]);
  });

  test("one attempt is made, and the next one works again", async () => {
    it.simulator.faults.add({ match: { service: "ec2" }, effect: { kind: "reset" }, times: 1 });
    await failureOf(describeOne());
    await it.run(describeOne());
    expect(it.records.map(({ outcome }) => outcome)).toEqual(["unavailable", "ok"]);
  });

  test("a code of each of the other services", async () => {
    it.simulator.faults.add({ match: {}, effect: { kind: "denied" } });
    const kinds = [
      it.aws.ecs.listClusters(home, it.ask),
      it.aws.elb.targetHealth(home, "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/b", it.ask),
      it.aws.autoScaling.listGroups(home, it.ask),
    ];
    const failures = await it.run(Promise.all(kinds.map((one) => one.catch((error: unknown) => error as AwsFailure))));
    expect(failures.map((one) => one instanceof AwsFailure && one.fields.kind)).toEqual(["denied", "denied", "denied"]);
    expect(inspect(failures[0])).toContain("allow it in the policy of the role");
  });
});

test("credentials that are nowhere are told from those that AWS refuses", async () => {
  const none = (): Promise<never> =>
    Promise.reject(Object.assign(new Error("Could not load"), { name: "CredentialsProviderError" }));
  const bench = sandboxBench({ clients: { credentials: none } });
  const asked = bench.aws.ecs.listClusters(home, bench.ask).catch((error: unknown) => error as AwsFailure);
  const failure = await bench.run(asked);
  expect(failure).toMatchObject({
    fields: { kind: "unavailable", retryable: true },
    message:
      "ecs:ListClusters: CredentialsProviderError: no AWS credentials found (environment, profile, container or instance role)",
  });
  expect(bench.simulator.calls.recent()).toEqual([]);
  bench.close();
});

test("the SDK writes nothing of its own: a queue's URL may name another host", async () => {
  const said = vi.spyOn(console, "warn");
  const clients = createClients({
    clock: it.clock,
    accounts: [],
    endpoint: null,
    credentials: () => Promise.resolve({ accessKeyId: "AKIA123456789012AAAA", secretAccessKey: "x" }),
    requestHandler: { handle: () => Promise.reject(new Error("sent nowhere")) },
  });
  const asked = clients.sqs(home).receiveMessage({ QueueUrl: "http://127.0.0.1:4566/123456789012/spot" });
  await expect(asked).rejects.toThrow("sent nowhere");
  expect(said).not.toHaveBeenCalled();
  clients.destroy();
});

test("a simulation depends on nothing that this machine tells the SDK", async () => {
  vi.stubEnv("AWS_USE_FIPS_ENDPOINT", "true");
  vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");
  const hosts: string[] = [];
  const clients = createClients({
    clock: it.clock,
    accounts: [{ account: "210987654321", roleArn: "arn:aws:iam::210987654321:role/spotkeeper", externalId: null }],
    endpoint: null,
    credentials: () => Promise.resolve({ accessKeyId: "AKIA123456789012AAAA", secretAccessKey: "x" }),
    requestHandler: {
      handle: ({ hostname }: { readonly hostname: string }) => {
        hosts.push(hostname);
        return Promise.reject(new Error("sent nowhere"));
      },
    },
  });
  for (const account of [null, "210987654321"])
    await clients
      .sqs({ ...home, account })
      .listQueues({})
      .catch(() => {});
  vi.unstubAllEnvs();
  expect(hosts).toEqual([`sqs.${home.region}.amazonaws.com`, `sts.${home.region}.amazonaws.com`]);
  clients.destroy();
});

describe("secrets", () => {
  const secrets = ["not-a-secret", "AKIA123456789012AAAA", "simulated-session-token"];
  test.each([
    [
      "SignatureDoesNotMatch",
      "The Canonical String should have been x-amz-security-token:simulated-session-token AKIA123456789012AAAA",
    ],
    ["IncompleteSignature", "Authorization=AWS4-HMAC-SHA256 Credential=AKIA123456789012AAAA/20261121"],
    ["ExpiredToken", "The security token simulated-session-token is expired"],
    ["UnauthorizedOperation", "You may not. Encoded authorization failure message: simulated-session-token"],
  ])("%s says nothing of what was sent", async (code, message) => {
    it.simulator.faults.add({ match: {}, effect: { kind: "error", code, message, status: 403 } });
    const failure = await failureOf(describeOne());
    const seen = inspect(failure, { depth: null, showHidden: true });
    for (const secret of secrets) expect(seen).not.toContain(secret);
    expect(failure.cause).toBeUndefined();
  });
});

describe("accounts", () => {
  const roles = [
    { account: "111122223333", roleArn: "arn:aws:iam::111122223333:role/spotkeeper", externalId: "an-id" },
  ];
  const there = { account: "111122223333", region: "us-east-1" };

  test("a role is assumed once for all services, and its account is called", async () => {
    const bench = sandboxBench({ clients: { accounts: roles } });
    const { ecs, ec2, autoScaling } = bench.aws;
    const all = Promise.all([
      ecs.listClusters(there, bench.ask),
      ec2.describeInstances(there, ["i-0123456789abcdef0"], bench.ask),
      autoScaling.listGroups(there, bench.ask),
    ]);
    await bench.run(all);
    const calls = bench.simulator.calls.recent();
    expect(calls.filter(({ operation }) => operation === "AssumeRole")).toMatchObject([
      { input: { RoleArn: roles[0]!.roleArn, ExternalId: "an-id", RoleSessionName: "spotkeeper" } },
    ]);
    expect(calls.filter(({ service }) => service !== "sts").map(({ account }) => account)).toEqual([
      "111122223333",
      "111122223333",
      "111122223333",
    ]);
    expect(bench.records.every(({ account }) => account === "111122223333")).toBe(true);
    bench.close();
  });

  test("a role that may not be assumed is a denial, and is tried again", async () => {
    const bench = sandboxBench({ clients: { accounts: roles } });
    bench.simulator.faults.add({ match: { service: "sts" }, effect: { kind: "denied" }, times: 1 });
    const failure = await bench.run(bench.aws.ecs.listClusters(there, bench.ask).catch((error: unknown) => error));
    expect(failure).toMatchObject({ fields: { kind: "denied" } });
    expect(await bench.run(bench.aws.ecs.listClusters(there, bench.ask))).toEqual([]);
    bench.close();
  });

  test("our own account has one lane, by whatever name; a third one without a role is refused", async () => {
    const bench = sandboxBench({ ownAccount: "123456789012", clients: { accounts: roles } });
    const { autoScaling } = bench.aws;
    const own = { account: "123456789012", region: "us-east-1" };
    await bench.run(Promise.all([autoScaling.listGroups(home, bench.ask), autoScaling.listGroups(own, bench.ask)]));
    expect(bench.records).toHaveLength(1);
    const third = { account: "999999999999", region: "us-east-1" };
    const refused = await bench.run(
      autoScaling.setDesired(third, "shop-web", 1, bench.ask).catch((error: unknown) => error),
    );
    expect(refused).toMatchObject({ fields: { kind: "denied", awsCode: "NoRole" } });
    expect((refused as Error).message).toContain("aws.accounts");
    expect(bench.records).toHaveLength(1);
    bench.close();
  });
});

test("clients are made once for a place, and ended together", () => {
  const { clients } = it;
  expect(clients.ec2(home)).toBe(clients.ec2({ ...home }));
  expect(clients.ec2(home)).not.toBe(clients.ec2({ account: null, region: "eu-west-1" }));
  const before = clients.ec2(home);
  clients.destroy();
  expect(clients.ec2(home)).not.toBe(before);
});
