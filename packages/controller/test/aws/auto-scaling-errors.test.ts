import { expect, test } from "vitest";
import { leftOf, autoScalingErrorOf } from "../../src/aws/auto-scaling-errors.ts";
import { type AwsFailure, failed } from "../../src/aws/failure.ts";

const said = (message: string, code = "ValidationError"): AwsFailure =>
  failed("invalid", { service: "autoscaling", name: "DetachInstances" }, code, message);

test.each([
  ["No active Lifecycle Action found with instance ID i-0a", "noAction"],
  ["No active Lifecycle Action found with token f66c3d47-e602", "noAction"],
  ["The instance i-0a is not part of Auto Scaling group web.", "notInThisGroup"],
  ["The instance i-0a is not in InService or Standby.", "notInService"],
  ["Instance Id not found - No managed instance found for instance ID i-0a", "inNoGroup"],
  [
    "Currently, desiredSize equals minSize (1). Terminating instance without replacement will violate group's min size constraint.",
    "atMinimum",
  ],
  ["New SetDesiredCapacity value 3 is above max value 2 for the AutoScalingGroup.", "outOfBounds"],
  ["New SetDesiredCapacity value 0 is below min value 1 for the AutoScalingGroup.", "outOfBounds"],
  ["AutoScalingGroup name not found - null", "noGroup"],
  ["You are not authorized to launch in this subnet", null],
] as const)("%s", (message, says) => {
  expect(autoScalingErrorOf(said(message))).toBe(says);
});

test("the same words under another code are another failure", () => {
  expect(autoScalingErrorOf(said("The instance i-0a is not in InService or Standby.", "InternalFailure"))).toBeNull();
});

test("who has left is told by its id, and no other whose id begins alike", () => {
  const failure = said("The instance i-0ab is not in InService or Standby.");
  expect(leftOf(failure, ["i-0a", "i-0ab", "i-0abc"])).toEqual(["i-0ab"]);
  expect(leftOf(said("The instance i-0ab is protected."), ["i-0ab"])).toEqual([]);
});
