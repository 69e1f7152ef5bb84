import type { AwsFailure } from "./failure.ts";

/**
 * Error messages of Auto Scaling. It has one code, `ValidationError`, for all errors, and does not document its
 * messages: these are quoted in public reports, each with its page.
 */
const ERRORS = {
  /** https://github.com/convox/rack/issues/2432 (by instance), https://github.com/spacelift-io/terraform-aws-spacelift-workerpool-on-ec2/pull/197 (by token) */
  noAction: /no active lifecycle action/i,
  /** DetachInstances: https://github.com/reproio/ecs_deploy/pull/56 */
  notInThisGroup: /\bis not part of auto scaling group\b/i,
  /**
   * DetachInstances, for an instance that is launching, leaving, or already detaching:
   * https://github.com/reproio/ecs_deploy/issues/47
   */
  notInService: /\bis not in inservice or standby\b/i,
  /** TerminateInstanceInAutoScalingGroup: https://github.com/yaybu/touchdown/issues/51 */
  inNoGroup: /no managed instance found|instance id not found/i,
  /** TerminateInstanceInAutoScalingGroup with decrement: https://github.com/buildkite/elastic-ci-stack-for-aws/issues/1261 */
  atMinimum: /\bdesiredsize equals minsize\b/i,
  /**
   * SetDesiredCapacity: https://github.com/kubernetes/autoscaler/issues/943; the message about the minimum is similar
   * (assumed)
   */
  outOfBounds: /\bis (?:above max|below min) value\b/i,
  /** All operations with a group: https://github.com/cloud-custodian/cloud-custodian/pull/250 */
  noGroup: /autoscalinggroup name not found/i,
} satisfies { readonly [name: string]: RegExp };

export type AutoScalingError = keyof typeof ERRORS;

/** Recognises the message of a failure; returns null for any other failure. */
export function autoScalingErrorOf(failure: AwsFailure): AutoScalingError | null {
  const { service, awsCode } = failure.fields;
  if (service !== "autoscaling" || awsCode !== "ValidationError") return null;
  const found = Object.entries(ERRORS).find(([, words]) => words.test(failure.message));
  return found === undefined ? null : (found[0] as AutoScalingError);
}

/**
 * Returns the requested instances that have left their group, from the id in the message of a failed call; empty for
 * another failure.
 */
export function leftOf(failure: AwsFailure, ids: readonly string[]): string[] {
  const error = autoScalingErrorOf(failure);
  if (error !== "notInThisGroup" && error !== "notInService") return [];
  return ids.filter((id) => new RegExp(String.raw`\b${id}\b`).test(failure.message));
}
