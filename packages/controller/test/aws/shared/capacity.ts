import * as scaling from "@aws-sdk/client-auto-scaling";
import * as ec2 from "@aws-sdk/client-ec2";
import { NOBODY, type Probes } from "./probe.ts";
import type { Stand } from "./stand.ts";

const GROUP = "nodes";
const HOOK = "graceful-shutdown-hook";
const first = (it: Stand): string => it.instances[0] ?? "";

/** EC2 and Auto Scaling. */
export const capacity: Probes = {
  "EC2: an instance of the group": {
    async ask(it) {
      const { Reservations } = await it.ec2.send(new ec2.DescribeInstancesCommand({ InstanceIds: [first(it)] }));
      const [one] = Reservations?.[0]?.Instances ?? [];
      return [
        one?.InstanceId === first(it),
        one?.State,
        one?.InstanceType,
        one?.Placement?.AvailabilityZone?.slice(0, -1),
      ];
    },
  },
  "EC2: the group's own tag is on its instances": {
    async ask(it) {
      const { Reservations } = await it.ec2.send(new ec2.DescribeInstancesCommand({ InstanceIds: [first(it)] }));
      return Reservations?.[0]?.Instances?.[0]?.Tags?.find(({ Key }) => Key === "aws:autoscaling:groupName")?.Value;
    },
  },
  "EC2: an instance that never was": {
    ask: (it) => it.ec2.send(new ec2.DescribeInstancesCommand({ InstanceIds: [NOBODY] })),
  },
  "EC2: a filter that nothing meets": {
    async ask(it) {
      const Filters = [{ Name: "instance-id", Values: [NOBODY] }];
      return (await it.ec2.send(new ec2.DescribeInstancesCommand({ Filters }))).Reservations;
    },
  },
  "EC2: terminating what never was": {
    ask: (it) => it.ec2.send(new ec2.TerminateInstancesCommand({ InstanceIds: [NOBODY] })),
  },
  "Auto Scaling: the group": {
    async ask(it) {
      const names = { AutoScalingGroupNames: [GROUP, "none"] };
      const { AutoScalingGroups = [] } = await it.scaling.send(new scaling.DescribeAutoScalingGroupsCommand(names));
      return AutoScalingGroups.map((one) => [
        one.AutoScalingGroupName,
        one.MinSize,
        one.MaxSize,
        one.DesiredCapacity,
        one.CapacityRebalance ?? false,
        one.Instances?.map(({ LifecycleState, ProtectedFromScaleIn }) => [LifecycleState, ProtectedFromScaleIn]),
      ]);
    },
  },
  "Auto Scaling: whose instances they are, the unknown left out": {
    async ask(it) {
      const { AutoScalingInstances = [] } = await it.scaling.send(
        new scaling.DescribeAutoScalingInstancesCommand({ InstanceIds: [...it.instances, NOBODY] }),
      );
      return AutoScalingInstances.map((one) => [one.AutoScalingGroupName, one.LifecycleState]);
    },
  },
  "Auto Scaling: hooks": {
    async ask(it) {
      const { LifecycleHooks } = await it.scaling.send(
        new scaling.DescribeLifecycleHooksCommand({ AutoScalingGroupName: GROUP }),
      );
      return LifecycleHooks?.map((one) => [
        one.LifecycleHookName,
        one.LifecycleTransition,
        one.HeartbeatTimeout,
        one.DefaultResult,
      ]);
    },
  },
  "Auto Scaling: completing what does not wait": {
    ask: (it) =>
      it.scaling.send(
        new scaling.CompleteLifecycleActionCommand({
          AutoScalingGroupName: GROUP,
          LifecycleHookName: HOOK,
          LifecycleActionResult: "CONTINUE",
          InstanceId: first(it),
        }),
      ),
    differs: {
      simulator: "ValidationError 400",
      moto: "breaks",
      because: "moto has no lifecycle actions; AWS answers that none is active",
    },
  },
  "Auto Scaling: more than the maximum": {
    ask: (it) =>
      it.scaling.send(new scaling.SetDesiredCapacityCommand({ AutoScalingGroupName: GROUP, DesiredCapacity: 14 })),
    differs: { simulator: "ValidationError 400", moto: {}, because: "moto does not look at the bounds" },
  },
  "Auto Scaling: the capacity of a group that is not there": {
    ask: (it) =>
      it.scaling.send(new scaling.SetDesiredCapacityCommand({ AutoScalingGroupName: "none", DesiredCapacity: 1 })),
    differs: { simulator: "ValidationError 400", moto: "breaks", because: "moto does not look for the group first" },
  },
  "Auto Scaling: detaching what is no member": {
    ask: (it) =>
      it.scaling.send(
        new scaling.DetachInstancesCommand({
          AutoScalingGroupName: GROUP,
          InstanceIds: [NOBODY],
          ShouldDecrementDesiredCapacity: false,
        }),
      ),
    differs: {
      simulator: "ValidationError 400",
      moto: { Activities: [] },
      because: "moto does not look whether it is a member",
    },
  },
  "Auto Scaling: terminating what is no member": {
    ask: (it) =>
      it.scaling.send(
        new scaling.TerminateInstanceInAutoScalingGroupCommand({
          InstanceId: NOBODY,
          ShouldDecrementDesiredCapacity: false,
        }),
      ),
    differs: { simulator: "ValidationError 400", moto: "breaks", because: "moto does not look whether it is a member" },
  },
};
