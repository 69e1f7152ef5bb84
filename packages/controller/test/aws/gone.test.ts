import { afterEach, expect, test } from "vitest";
import type { AwsFailure } from "../../src/aws/failure.ts";
import { json, stubBench, type StubAnswer, type StubBench } from "./stub.ts";

const home = { account: null, region: "eu-west-1" };
let it: StubBench;
afterEach(() => it.close());

const xml = (code: string, message: string, status = 400): StubAnswer => ({
  status,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>11111111-2222-3333-4444-555555555555</RequestId></ErrorResponse>`,
});

const hook = { group: "g", hook: "h", instanceId: "i-0123456789abcdef0", token: null };
const target = { id: "i-0123456789abcdef0", port: 80 };
const arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef";
const [cluster, task] = ["shop", "arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef"];

/** What AWS answers to a write whose object is gone, or that was done before, in its own words. */
const gone: readonly (readonly [string, StubAnswer, (bench: StubBench) => Promise<{ already: boolean }>])[] = [
  [
    "a lifecycle action that is over",
    xml("ValidationError", "No active Lifecycle Action found with instance ID i-0123456789abcdef0"),
    (bench) => bench.aws.autoScaling.completeLifecycle(home, hook, bench.ask()),
  ],
  [
    "a heartbeat for one that is over",
    xml("ValidationError", "No active Lifecycle Action found with token 7c1c8bf3"),
    (bench) => bench.aws.autoScaling.heartbeat(home, { ...hook, token: "7c1c8bf3" }, bench.ask()),
  ],
  [
    "an instance that has left its group",
    xml("ValidationError", "Instance Id not found - No managed instance found for instance ID i-0123456789abcdef0"),
    (bench) => bench.aws.autoScaling.terminateInGroup(home, hook.instanceId, true, bench.ask()),
  ],
  [
    "an instance that was detached before",
    xml("ValidationError", "The instance i-0123456789abcdef0 is not part of Auto Scaling group g."),
    (bench) => bench.aws.autoScaling.detach(home, "g", [hook.instanceId], bench.ask()),
  ],
  [
    "a target group that is gone",
    xml("TargetGroupNotFound", "One or more target groups not found"),
    (bench) => bench.aws.elb.deregister(home, arn, target, bench.ask()),
  ],
  [
    "a target that is not registered",
    xml("InvalidTarget", "The following targets are not registered"),
    (bench) => bench.aws.elb.deregister(home, arn, target, bench.ask()),
  ],
  [
    "a Classic Load Balancer that is gone",
    xml("LoadBalancerNotFound", "There is no ACTIVE Load Balancer named 'classic'"),
    (bench) => bench.aws.classicElb.deregister(home, "classic", target.id, bench.ask()),
  ],
  [
    "an instance that a Classic Load Balancer does not know",
    xml("InvalidInstance", "Could not find EC2 instance i-0123456789abcdef0."),
    (bench) => bench.aws.classicElb.deregister(home, "classic", target.id, bench.ask()),
  ],
  [
    "a task that ECS has forgotten",
    json(400, { __type: "InvalidParameterException", message: "The referenced task was not found." }),
    (bench) => bench.aws.ecs.stopTask(home, cluster, task, "a reason", bench.ask()),
  ],
  [
    "a registration that is gone",
    json(400, { __type: "InstanceNotFound", Message: "Instance not found" }),
    (bench) => bench.aws.cloudMap.deregister(home, "srv-1", "one", bench.ask()),
  ],
  [
    "a deregistration that is under way",
    json(400, { __type: "DuplicateRequest", Message: "Another operation is in progress", DuplicateOperationId: "x" }),
    (bench) => bench.aws.cloudMap.deregister(home, "srv-1", "one", bench.ask()),
  ],
];

test.each(gone)("%s is `already`", async (_name, answer, write) => {
  it = stubBench(() => answer);
  expect(await write(it)).toMatchObject({ already: true });
  expect(it.requests).toHaveLength(1);
});

test.each(gone)("%s: another refusal is not taken for it", async (_name, _answer, write) => {
  const refusal = (isJson: boolean): StubAnswer =>
    isJson
      ? json(400, { __type: "InvalidParameterException", message: "Something else is wrong" })
      : xml("ValidationError", "Something else is wrong");
  it = stubBench(({ headers }) => refusal((headers["content-type"] ?? "").includes("json")));
  const failure = await write(it).then(
    () => expect.fail("it was taken for done"),
    (error: unknown) => error as AwsFailure,
  );
  expect(failure.fields).toMatchObject({ kind: "invalid", retryable: false });
});

test("container instances: each failure of a call is its own", async () => {
  const arnOf = (id: string): string => `arn:aws:ecs:eu-west-1:111122223333:container-instance/shop/${id}`;
  it = stubBench(() =>
    json(200, {
      containerInstances: [{ containerInstanceArn: arnOf("a"), status: "DRAINING" }],
      failures: [
        { arn: arnOf("b"), reason: "MISSING" },
        { arn: arnOf("c"), reason: "SOMETHING", detail: "in detail" },
      ],
    }),
  );
  const results = await Promise.allSettled(
    ["a", "b", "c", "d"].map((id) => it.aws.ecs.setState(home, "shop", arnOf(id), "DRAINING", it.ask())),
  );
  expect(results).toMatchObject([
    { status: "fulfilled", value: { already: false } },
    { status: "fulfilled", value: { already: true } },
    { status: "rejected", reason: { message: expect.stringContaining("SOMETHING: in detail") } },
    { status: "rejected", reason: { message: expect.stringContaining("not named in the answer") } },
  ]);
  expect(it.requests).toHaveLength(1);
});

test("a group that is unknown to Auto Scaling is `not-found`, though its code says otherwise", async () => {
  it = stubBench(() => xml("ValidationError", "AutoScalingGroup name not found - null"));
  await expect(it.aws.autoScaling.describeHooks(home, "g", it.ask())).rejects.toMatchObject({
    fields: { kind: "not-found", awsCode: "ValidationError" },
  });
});

test("a list whose pages do not end is given up", async () => {
  it = stubBench(() => json(200, { clusterArns: [], nextToken: "the same" }));
  expect(await it.aws.ecs.listClusters(home, it.ask())).toEqual([]);
  expect(it.requests).toHaveLength(2);
});

const form = (body: string, prefix: string): string[] =>
  [...new URLSearchParams(body)].filter(([name]) => name.startsWith(prefix)).map(([, value]) => value);

test("an instance that we may not terminate does not keep the others", async () => {
  it = stubBench(({ body }) => {
    const ids = form(body, "InstanceId.");
    if (ids.includes("i-not-ours")) {
      const error = "<Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error>";
      return { status: 403, body: `<Response><Errors>${error}</Errors><RequestID>r</RequestID></Response>` };
    }
    const items = ids.map((id) => `<item><instanceId>${id}</instanceId></item>`).join("");
    const set = `<instancesSet>${items}</instancesSet>`;
    return { status: 200, body: `<TerminateInstancesResponse>${set}</TerminateInstancesResponse>` };
  });
  const results = await Promise.allSettled(
    ["i-a", "i-not-ours", "i-b"].map((id) => it.aws.ec2.terminateInstance(home, id, it.ask())),
  );
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(results[1]).toMatchObject({ reason: { fields: { kind: "denied" } } });
});

test("all pages of instances are read", async () => {
  it = stubBench(({ body }) => {
    const [token] = form(body, "NextToken");
    const id = token === undefined ? "i-a" : "i-b";
    const set = `<reservationSet><item><instancesSet><item><instanceId>${id}</instanceId></item></instancesSet></item></reservationSet>`;
    const next = token === undefined ? "<nextToken>more</nextToken>" : "";
    return { status: 200, body: `<DescribeInstancesResponse>${set}${next}</DescribeInstancesResponse>` };
  });
  const found = await it.aws.ec2.describeInstances(home, ["i-a", "i-b", "i-c"], it.ask());
  expect([...found.keys()]).toEqual(["i-a", "i-b"]);
  expect(it.requests).toHaveLength(2);
});

test("pages of activities are read down to the instant asked for, and no further", async () => {
  const day = (page: number): string => `2026-11-${20 - page}T12:00:00Z`;
  it = stubBench(({ body }) => {
    const page = Number(form(body, "NextToken")[0] ?? 0);
    const activity = `<member><ActivityId>${page}</ActivityId><StatusCode>Successful</StatusCode><StartTime>${day(page)}</StartTime></member>`;
    const result = `<Activities>${activity}</Activities><NextToken>${page + 1}</NextToken>`;
    const answer = `<DescribeScalingActivitiesResult>${result}</DescribeScalingActivitiesResult>`;
    return { status: 200, body: `<DescribeScalingActivitiesResponse>${answer}</DescribeScalingActivitiesResponse>` };
  });
  const since = Date.parse(day(2));
  const found = await it.aws.autoScaling.activities(home, "g", since, it.ask());
  expect(found.map(({ id, status, startedAt }) => [id, status, startedAt])).toEqual(
    [0, 1, 2].map((page) => [`${page}`, "Successful", Date.parse(day(page))]),
  );
  expect(it.requests).toHaveLength(4);
});
