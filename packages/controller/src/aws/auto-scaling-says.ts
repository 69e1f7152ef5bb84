import type { AwsFailure } from "./failure.ts";

/**
 * What Auto Scaling says no with. It has one code, `ValidationError`, for all that is wrong, and documents no words: these
 * were seen in answers of AWS that people quote, each at its page.
 */
const SAYS = {
  /** https://github.com/convox/rack/issues/2432 (by instance), https://github.com/spacelift-io/terraform-aws-spacelift-workerpool-on-ec2/pull/197 (by token) */
  noAction: /no active lifecycle action/i,
  /** DetachInstances: https://github.com/reproio/ecs_deploy/pull/56 */
  notInThisGroup: /\bis not part of auto scaling group\b/i,
  /** DetachInstances, of one that launches, leaves, or is detaching already: https://github.com/reproio/ecs_deploy/issues/47 */
  notInService: /\bis not in inservice or standby\b/i,
  /** TerminateInstanceInAutoScalingGroup: https://github.com/yaybu/touchdown/issues/51 */
  inNoGroup: /no managed instance found|instance id not found/i,
  /** TerminateInstanceInAutoScalingGroup with decrement: https://github.com/buildkite/elastic-ci-stack-for-aws/issues/1261 */
  atMinimum: /\bdesiredsize equals minsize\b/i,
  /** SetDesiredCapacity: https://github.com/kubernetes/autoscaler/issues/943; that of the minimum is alike (assumed) */
  outOfBounds: /\bis (?:above max|below min) value\b/i,
  /** Of all that name a group: https://github.com/cloud-custodian/cloud-custodian/pull/250 */
  noGroup: /autoscalinggroup name not found/i,
} satisfies { readonly [name: string]: RegExp };

export type AutoScalingSays = keyof typeof SAYS;

/** Which of its sentences a refusal is; null for any other failure. */
export function saysOf(failure: AwsFailure): AutoScalingSays | null {
  const { service, awsCode } = failure.fields;
  if (service !== "autoscaling" || awsCode !== "ValidationError") return null;
  const found = Object.entries(SAYS).find(([, words]) => words.test(failure.message));
  return found === undefined ? null : (found[0] as AutoScalingSays);
}

/** Who of those asked for has left its group, by the one whom a refusal of them all names; empty for another failure. */
export function leftOf(failure: AwsFailure, ids: readonly string[]): string[] {
  const says = saysOf(failure);
  if (says !== "notInThisGroup" && says !== "notInService") return [];
  return ids.filter((id) => new RegExp(String.raw`\b${id}\b`).test(failure.message));
}
