import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Probes } from "./probe.ts";
import type { Stand } from "./stand.ts";

const unknownArn = (it: Stand): string => it.targetGroup.replace(/[^/]+$/, "0000000000000000");

/** Load balancing. */
export const traffic: Probes = {
  "load balancing: the target group": {
    async ask(it) {
      const { TargetGroups } = await it.elb.send(
        new elb.DescribeTargetGroupsCommand({ TargetGroupArns: [it.targetGroup] }),
      );
      return TargetGroups?.map((one) => [one.TargetGroupName, one.Protocol, one.Port, one.TargetType]);
    },
  },
  "load balancing: a target group that is not there": {
    ask: (it) => it.elb.send(new elb.DescribeTargetGroupsCommand({ TargetGroupArns: [unknownArn(it)] })),
  },
  "load balancing: the health in one that is not there": {
    ask: (it) => it.elb.send(new elb.DescribeTargetHealthCommand({ TargetGroupArn: unknownArn(it) })),
  },
  "load balancing: the health of all targets": {
    async ask(it) {
      const { TargetHealthDescriptions } = await it.elb.send(
        new elb.DescribeTargetHealthCommand({ TargetGroupArn: it.targetGroup }),
      );
      return TargetHealthDescriptions?.map((one) => [
        one.Target?.Id === it.instances[0],
        one.Target?.Port,
        one.TargetHealth?.State,
      ]);
    },
  },
  "load balancing: the health of a target that is not registered": {
    async ask(it) {
      const { TargetHealthDescriptions } = await it.elb.send(
        new elb.DescribeTargetHealthCommand({
          TargetGroupArn: it.targetGroup,
          Targets: [{ Id: it.instances[1], Port: 80 }],
        }),
      );
      return TargetHealthDescriptions?.map(({ TargetHealth }) => [TargetHealth?.State, TargetHealth?.Reason]);
    },
  },
  "load balancing: deregistering what is not registered": {
    async ask(it) {
      const Targets = [{ Id: it.instances[1], Port: 80 }];
      await it.elb.send(new elb.DeregisterTargetsCommand({ TargetGroupArn: it.targetGroup, Targets }));
      return "answered";
    },
    differs: {
      simulator: "answered",
      moto: "InvalidTargetException 400",
      because:
        "AWS answers: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html",
    },
  },
};
