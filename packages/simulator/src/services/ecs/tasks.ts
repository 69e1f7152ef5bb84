import type { Cluster, Task } from "../../fleet/ecs/state.ts";
import { findContainer, findTask, invalid, missing, nameOf, needCluster, needReferences, pageOf } from "./find.ts";
import { renderDefinition, renderTask } from "./render.ts";
import { renderService } from "./render-service.ts";
import { AwsError } from "../../operation.ts";
import type { Operation } from "../../operation.ts";
import type { Reader } from "../../fleet/api/input.ts";
import type { World } from "../../fleet/state.ts";
import { launchTypeOf } from "../../fleet/ecs/launch.ts";
import { reader } from "../../fleet/api/input.ts";
import { regionOf } from "../../fleet/region.ts";
import { stopTask } from "../../fleet/ecs/tasks.ts";

/** Returns the smallest set that contains all matches: the tasks of an instance, of a service, or of the cluster. */
const tasksOf = (cluster: Cluster, read: Reader): Iterable<Task> => {
  const container = read.text("containerInstance");
  const service = read.text("serviceName");
  if (container !== undefined) {
    const found = findContainer(cluster, container);
    if (!found) throw invalid("Container instance not found.");
    return found.tasks;
  }
  if (service === undefined) return cluster.tasks.values();
  const found = cluster.services.get(nameOf(service));
  if (!found) throw new AwsError("ServiceNotFoundException", "Service not found.");
  return found.tasks;
};

/**
 * By default, tasks whose desired status is RUNNING:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
 */
export const listTasks: Operation<World> = {
  service: "ecs",
  name: "ListTasks",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, invalid);
    const cluster = needCluster(world, ctx, read);
    const desired = read.text("desiredStatus") ?? "RUNNING";
    const family = read.text("family");
    const startedBy = read.text("startedBy");
    const launchType = read.text("launchType");
    const service = read.text("serviceName");
    const matching = [...tasksOf(cluster, read)].filter(
      (task) =>
        task.desiredStatus === desired &&
        (service === undefined || task.service?.name === nameOf(service)) &&
        (family === undefined || task.definition.family === family) &&
        (startedBy === undefined || task.startedBy === startedBy) &&
        (launchType === undefined || launchTypeOf(task) === launchType),
    );
    const page = pageOf(read, matching, 100);
    return { taskArns: page.items.map(({ arn }) => arn), nextToken: page.next };
  },
};

/** At most 100: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
export const describeTasks: Operation<World> = {
  service: "ecs",
  name: "DescribeTasks",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, invalid);
    const cluster = needCluster(world, ctx, read);
    const found = needReferences(read, "tasks", 100).map((arn) => ({ arn, task: findTask(cluster, arn) }));
    return {
      tasks: found.flatMap(({ task }) => (task ? [renderTask(task)] : [])),
      failures: found.flatMap(({ arn, task }) => (task ? [] : [missing(arn)])),
    };
  },
};

/** Pages of 10 by default: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html */
export const listServices: Operation<World> = {
  service: "ecs",
  name: "ListServices",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, invalid);
    const strategy = read.text("schedulingStrategy");
    const services = [...needCluster(world, ctx, read).services.values()].filter(
      (service) =>
        (strategy === undefined || service.strategy === strategy) &&
        (service.status === "ACTIVE" || service.tasks.size > 0),
    );
    const page = pageOf(read, services, 10);
    return { serviceArns: page.items.map(({ arn }) => arn), nextToken: page.next };
  },
};

/** At most 10: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
export const describeServices: Operation<World> = {
  service: "ecs",
  name: "DescribeServices",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, invalid);
    const cluster = needCluster(world, ctx, read);
    const found = needReferences(read, "services", 10).map((name) => ({
      name,
      service: cluster.services.get(nameOf(name)),
    }));
    return {
      services: found.flatMap(({ service }) => (service ? [renderService(service)] : [])),
      failures: found.flatMap(({ name, service }) => (service ? [] : [missing(name)])),
    };
  },
};

/**
 * By ARN, `family:revision` or `family`:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html
 */
export const describeTaskDefinition: Operation<World> = {
  service: "ecs",
  name: "DescribeTaskDefinition",
  mutating: false,
  run: (world, input, ctx) => {
    const [family, revision] = nameOf(reader(input, invalid).needText("taskDefinition")).split(":");
    const definition = [...regionOf(world, ctx.account, ctx.region).taskDefinitions.values()].find(
      (candidate) => candidate.family === family && (revision === undefined || String(candidate.revision) === revision),
    );
    if (!definition) throw new AwsError("ClientException", "Unable to describe task definition.");
    return { taskDefinition: renderDefinition(definition), tags: [] };
  },
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html */
export const stopTaskOperation: Operation<World> = {
  service: "ecs",
  name: "StopTask",
  mutating: true,
  run: (world, input, ctx) => {
    const read = reader(input, invalid);
    const task = findTask(needCluster(world, ctx, read), read.needText("task"));
    if (!task) throw invalid("The referenced task was not found.");
    world.oracle.effect("stop-task", task.arn, task.desiredStatus === "STOPPED");
    stopTask(world, task, "UserInitiated", read.text("reason") ?? "Task stopped by user");
    return { task: renderTask(task) };
  },
};
