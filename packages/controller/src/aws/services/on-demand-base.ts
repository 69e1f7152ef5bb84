import {
  DescribeAutoScalingGroupsCommand,
  type LaunchTemplateSpecification,
  type MixedInstancesPolicy,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import type { Receipt } from "../ask.ts";
import { failed } from "../failure.ts";
import { limits } from "../limits.ts";
import type { Operation } from "../operation.ts";
import { receipt, type ServiceDeps } from "./service.ts";

const DESCRIBE = "DescribeAutoScalingGroups";

interface Wanted {
  readonly group: string;
  readonly base: number;
}

/**
 * Sets a group's On-Demand base capacity. An update needs the policy's launch template (a distribution alone is
 * refused, by quoted answers of AWS), so the policy is read and sent back completely. The new base applies to later
 * launches; instances that no longer match are replaced gradually, launching first.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
 */
export function onDemandBase({ clients, clock }: Omit<ServiceDeps, "lanes">): Operation<Wanted, Receipt> {
  const of = { service: "autoscaling", name: "UpdateAutoScalingGroup", limit: limits.autoScaling };
  return {
    ...of,
    size: 1,
    share: "never",
    keyOf: ({ group }) => group,
    async send({ at, items, request }) {
      const [wanted] = items;
      if (wanted === undefined) throw new RangeError("A batch without items was sent");
      const { group, base } = wanted;
      const look = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group], MaxRecords: 1 });
      const seen = await request((abortSignal) => clients.autoScaling(at).send(look, { abortSignal }), DESCRIBE);
      const policy = seen.AutoScalingGroups?.find((one) => one.AutoScalingGroupName === group)?.MixedInstancesPolicy;
      if (policy === undefined)
        return () => failed("invalid", of, "NoMixedInstancesPolicy", `${group} has no mixed instances policy`);
      const update = new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: group,
        MixedInstancesPolicy: withBase(policy, base),
      });
      const answer = await request((abortSignal) => clients.autoScaling(at).send(update, { abortSignal }));
      return () => receipt(clock, answer);
    },
  };
}

const withBase = (
  { LaunchTemplate, InstancesDistribution }: MixedInstancesPolicy,
  base: number,
): MixedInstancesPolicy => ({
  InstancesDistribution: { ...InstancesDistribution, OnDemandBaseCapacity: base },
  LaunchTemplate: {
    LaunchTemplateSpecification: named(LaunchTemplate?.LaunchTemplateSpecification),
    Overrides: LaunchTemplate?.Overrides?.map((one) =>
      one.LaunchTemplateSpecification === undefined
        ? one
        : { ...one, LaunchTemplateSpecification: named(one.LaunchTemplateSpecification) },
    ),
  },
});

/**
 * Removes the name of a launch template: an answer has id and name, a request may have only one:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html
 */
function named(template: LaunchTemplateSpecification | undefined): LaunchTemplateSpecification | undefined {
  if (template?.LaunchTemplateId === undefined) return template;
  return { LaunchTemplateId: template.LaunchTemplateId, Version: template.Version };
}
