import { expect, test } from "vitest";

import type { Call } from "../../src/call-recorder.ts";
import type { JsonObject } from "../../src/operation.ts";
import { awsThrottleRules } from "../../src/throttle-rules.ts";
import { createThrottle, floorSeconds, rulesFor } from "../../src/throttle.ts";

const call = (service: Call["service"], operation: string, mutating: boolean, input: JsonObject = {}): Call => ({
  sequence: 1,
  requestId: "r",
  at: 0,
  account: "1",
  region: "r",
  service,
  operation,
  mutating,
  input,
});

const names = (of: Call): string[] => rulesFor(awsThrottleRules, of).map(({ name }) => name);

test.each<[string, Call, string[]]>([
  ["named instances", call("ec2", "DescribeInstances", false, { InstanceIds: ["i"] }), ["ec2:unfiltered-unpaginated"]],
  ["filtered", call("ec2", "DescribeInstances", false, { Filters: [] }), ["ec2:non-mutating"]],
  ["a page", call("ec2", "DescribeInstances", false, { MaxResults: 5 }), ["ec2:non-mutating"]],
  ["terminate", call("ec2", "TerminateInstances", true), ["ec2:mutating", "ec2:terminate-resources"]],
  ["drain", call("ecs", "UpdateContainerInstancesState", true), ["ecs:cluster-resource-modify"]],
  ["stop", call("ecs", "StopTask", true), ["ecs:cluster-resource-modify"]],
  ["health", call("elasticloadbalancingv2", "DescribeTargetHealth", false), ["elasticloadbalancingv2:all"]],
  [
    "deregister",
    call("elasticloadbalancingv2", "DeregisterTargets", true),
    ["elasticloadbalancingv2:all", "elasticloadbalancingv2:registration"],
  ],
  ["complete", call("autoscaling", "CompleteLifecycleAction", true), ["autoscaling:all"]],
  ["receive", call("sqs", "ReceiveMessage", true), []],
])("%s draws on the right buckets", (_name, made, expected) => {
  expect(names(made)).toEqual(expected);
});

/** How many of `calls` calls at an instant are let through. */
function letThrough(
  made: (index: number) => Call,
  calls: number,
  now: number,
  throttle = createThrottle(awsThrottleRules),
): number {
  let ok = 0;
  for (let index = 0; index < calls; index++) if (throttle.take(made(index), now) === null) ok++;
  return ok;
}

test("the operations of an ECS category share its bucket, and refill it at its rate", () => {
  const throttle = createThrottle(awsThrottleRules);
  const mixed = (index: number): Call =>
    call("ecs", index % 2 === 0 ? "StopTask" : "UpdateContainerInstancesState", true);
  expect(letThrough(mixed, 300, 0, throttle)).toBe(100);
  expect(letThrough(mixed, 300, 1_000, throttle)).toBe(40);
  expect(letThrough(mixed, 300, 1_025, throttle)).toBe(1);
  expect(letThrough(mixed, 300, 60_000, throttle)).toBe(100);
});

test("EC2 counts each operation by itself, and terminated instances besides", () => {
  const throttle = createThrottle(awsThrottleRules);
  const bare = (): Call => call("ec2", "DescribeInstances", false, { InstanceIds: ["i"] });
  expect(letThrough(bare, 200, 0, throttle)).toBe(50);
  const other = (): Call => call("ec2", "DescribeInstanceStatus", false);
  expect(letThrough(other, 200, 0, throttle)).toBe(50);
  const many = (): Call =>
    call("ec2", "TerminateInstances", true, { InstanceIds: Array.from({ length: 300 }, () => "i") });
  expect(letThrough(many, 10, 0, throttle)).toBe(3);
  // A refused call takes from neither bucket: single ones still fit.
  expect(letThrough(() => call("ec2", "TerminateInstances", true, { InstanceIds: ["i"] }), 100, 0, throttle)).toBe(47);
});

test("a call that is refused names its bucket", () => {
  const throttle = createThrottle(awsThrottleRules);
  letThrough(() => call("sns", "Publish", true), 300, 0, throttle);
  expect(throttle.take(call("sns", "Publish", true), 0)).toBe("sns:publish");
});

test("the floor is what a full bucket cannot give at once, over its refill", () => {
  expect(floorSeconds({ capacity: 100, refill: 40 }, 500)).toBe(10);
  expect(floorSeconds({ capacity: 100, refill: 40 }, 100)).toBe(0);
});

test("the floor agrees with the buckets", () => {
  const throttle = createThrottle(awsThrottleRules);
  const rule = awsThrottleRules.find(({ name }) => name === "ecs:cluster-resource-modify");
  if (rule === undefined) throw new Error("no such rule");
  let done = 0;
  let now = 0;
  for (; done < 500; now += 5) if (throttle.take(call("ecs", "StopTask", true), now) === null) done++;
  expect(Math.abs(now / 1000 - floorSeconds(rule, 500))).toBeLessThan(0.1);
});

test.each(awsThrottleRules)("$name says where its figures come from", ({ source, capacity, refill }) => {
  expect(source).toMatch(/^(https:\/\/docs\.aws\.amazon\.com\/|assumed: )/);
  expect(Math.min(capacity, refill)).toBeGreaterThan(0);
});

test("no two rules have the same name", () => {
  expect(new Set(awsThrottleRules.map(({ name }) => name)).size).toBe(awsThrottleRules.length);
});

test("registrations with load balancers draw on their own bucket and on the one of all calls", () => {
  const throttle = createThrottle(awsThrottleRules);
  const register = (): Call => call("elasticloadbalancingv2", "RegisterTargets", true);
  const read = (): Call => call("elasticloadbalancingv2", "DescribeTargetHealth", false);
  expect(letThrough(register, 100, 0, throttle)).toBe(20);
  expect(letThrough(read, 100, 0, throttle)).toBe(20);
  expect(letThrough(register, 100, 1_000, throttle)).toBe(4);
  expect(letThrough(read, 100, 1_000, throttle)).toBe(6);
});
