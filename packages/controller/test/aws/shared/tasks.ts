import * as ecs from "@aws-sdk/client-ecs";
import type { Probes } from "./probe.ts";
import type { Stand } from "./stand.ts";

const containers = async (it: Stand): Promise<string[]> =>
  (await it.ecs.send(new ecs.ListContainerInstancesCommand({ cluster: "shop" }))).containerInstanceArns ?? [];

/** ECS. */
export const tasks: Probes = {
  "ECS: container instances": {
    async ask(it) {
      const { containerInstances = [] } = await it.ecs.send(
        new ecs.DescribeContainerInstancesCommand({ cluster: "shop", containerInstances: await containers(it) }),
      );
      const ids = containerInstances.map(({ ec2InstanceId = "" }) => ec2InstanceId).toSorted();
      return [
        ids.join() === it.instances.toSorted().join(),
        containerInstances.map((one) => [one.status, one.agentConnected]),
      ];
    },
  },
  "ECS: a container instance that is not there": {
    async ask(it) {
      const { failures, containerInstances } = await it.ecs.send(
        new ecs.DescribeContainerInstancesCommand({ cluster: "shop", containerInstances: ["0".repeat(32)] }),
      );
      return [failures?.map(({ reason }) => reason), containerInstances];
    },
  },
  "ECS: a cluster that is not there": {
    ask: (it) => it.ecs.send(new ecs.ListContainerInstancesCommand({ cluster: "none" })),
    differs: {
      simulator: "ClusterNotFoundException 400",
      moto: { containerInstanceArns: [] },
      because:
        "moto does not look for the cluster: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html",
    },
  },
  "ECS: a service, and one that is not there": {
    async ask(it) {
      const { services = [], failures } = await it.ecs.send(
        new ecs.DescribeServicesCommand({ cluster: "shop", services: ["web", "none"] }),
      );
      return [
        services.map((one) => [one.serviceName, one.status, one.desiredCount]),
        failures?.map(({ reason }) => reason),
      ];
    },
  },
  "ECS: a task that is not there": {
    async ask(it) {
      const { failures } = await it.ecs.send(
        new ecs.DescribeTasksCommand({ cluster: "shop", tasks: ["0".repeat(32)] }),
      );
      return failures?.map(({ reason }) => reason);
    },
    differs: {
      simulator: ["MISSING"],
      moto: [],
      because:
        "moto leaves it out: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html",
    },
  },
  "ECS: stopping a task that is not there": {
    ask: (it) => it.ecs.send(new ecs.StopTaskCommand({ cluster: "shop", task: "0".repeat(32) })),
    differs: { simulator: "InvalidParameterException 400", moto: "breaks", because: "moto does not expect it" },
  },
  "ECS: DRAINING, and again": {
    async ask(it) {
      const [one = ""] = await containers(it);
      const states = [];
      for (let n = 0; n < 2; n++) {
        const { containerInstances, failures } = await it.ecs.send(
          new ecs.UpdateContainerInstancesStateCommand({
            cluster: "shop",
            containerInstances: [one],
            status: "DRAINING",
          }),
        );
        states.push([containerInstances?.map(({ status }) => status), failures]);
      }
      return states;
    },
  },
  "ECS: a state that there is not": {
    async ask(it) {
      const [one = ""] = await containers(it);
      const status = "GONE" as ecs.ContainerInstanceStatus;
      return it.ecs.send(
        new ecs.UpdateContainerInstancesStateCommand({ cluster: "shop", containerInstances: [one], status }),
      );
    },
  },
};
