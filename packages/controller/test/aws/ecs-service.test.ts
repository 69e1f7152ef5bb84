import type { Service, ServiceRevision, TaskSet } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { revisionsToRead, serviceOf } from "../../src/aws/services/ecs-service.ts";

const balancer = (targetGroupArn: string, alternateTargetGroupArn?: string) => ({
  targetGroupArn,
  containerPort: 80,
  ...(alternateTargetGroupArn === undefined ? {} : { advancedConfiguration: { alternateTargetGroupArn } }),
});
const targetsOf = (service: Service, revisions: readonly ServiceRevision[] = []): string[] =>
  serviceOf(service, revisions).targets.map(
    ({ targetGroupArn, containerPort }) => `${targetGroupArn} ${containerPort}`,
  );

const set = (status: string, more: Partial<TaskSet>): TaskSet => ({ status, ...more });

test("a blue/green, linear or canary service: the target group and its alternate", () => {
  expect(targetsOf({ loadBalancers: [balancer("blue", "green"), balancer("other")] })).toEqual([
    "blue 80",
    "green 80",
    "other 80",
  ]);
});

test("CodeDeploy and other controllers: the target groups of the service and of each task set, once", () => {
  const taskSets = [
    set("ACTIVE", { loadBalancers: [balancer("blue", "red")], taskDefinition: "old" }),
    set("PRIMARY", { loadBalancers: [balancer("green")], taskDefinition: "new" }),
  ];
  expect(targetsOf({ loadBalancers: [balancer("blue")], taskSets })).toEqual(["blue 80", "red 80", "green 80"]);
});

test("an external deployment names the task definition on its task sets only", () => {
  const taskSets = [set("ACTIVE", { taskDefinition: "old" }), set("PRIMARY", { taskDefinition: "new" })];
  expect(serviceOf({ taskSets }).taskDefinitionArn).toBe("new");
  expect(serviceOf({ taskSets: taskSets.slice(0, 1) }).taskDefinitionArn).toBe("old");
  expect(serviceOf({ taskDefinition: "own", taskSets }).taskDefinitionArn).toBe("own");
});

test("revisions: what they are registered with, and what was resolved for them", () => {
  const revisions: ServiceRevision[] = [
    { loadBalancers: [balancer("blue", "green")], serviceRegistries: [{ registryArn: "srv-1" }] },
    {
      loadBalancers: [balancer("before")],
      vpcLatticeConfigurations: [{ roleArn: "r", targetGroupArn: "tg-1", portName: "web" }],
      resolvedConfiguration: {
        loadBalancers: [{ targetGroupArn: "green" }, { targetGroupArn: "made-by-ecs" }],
        vpcLatticeConfigurations: [{ targetGroupArn: "tg-2" }],
      },
    },
  ];
  const service: Service = {
    loadBalancers: [balancer("blue", "green")],
    deployments: [{ vpcLatticeConfigurations: [{ roleArn: "r", targetGroupArn: "tg-0", portName: "web" }] }],
  };
  expect(targetsOf(service, revisions)).toEqual(["blue 80", "green 80", "before 80", "made-by-ecs null"]);
  expect(serviceOf(service, revisions)).toMatchObject({
    latticeTargetGroups: ["tg-0", "tg-1", "tg-2"],
    serviceRegistries: ["srv-1"],
  });
});

test("revisions are read while a deployment is under way only", () => {
  expect(revisionsToRead({})).toEqual([]);
  expect(revisionsToRead({ currentServiceRevisions: [{ arn: "a" }] })).toEqual([]);
  expect(revisionsToRead({ currentServiceRevisions: [{ arn: "a" }, {}, { arn: "b" }] })).toEqual(["a", "b"]);
});
