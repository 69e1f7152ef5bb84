import type { CallContext, JsonObject } from "../../operation.ts";
import type { Cluster, ContainerInstance, Task } from "../../fleet/ecs/state.ts";
import { AwsError } from "../../operation.ts";
import type { Page } from "../../fleet/api/page.ts";
import type { Reader } from "../../fleet/api/input.ts";
import type { World } from "../../fleet/state.ts";
import { paginate } from "../../fleet/api/page.ts";
import { regionOf } from "../../fleet/region.ts";

export const invalid = (message: string): AwsError => new AwsError("InvalidParameterException", message);

/** Returns the name in a name or an ARN: the last part. */
export const nameOf = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1);

/**
 * Finds a cluster by name or ARN; `default` if none is named.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
 */
export const needCluster = (world: World, ctx: CallContext, read: Reader): Cluster => {
  const cluster = regionOf(world, ctx.account, ctx.region).clusters.get(nameOf(read.text("cluster") ?? "default"));
  if (!cluster) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  return cluster;
};

/** Finds a container instance by id or ARN. */
export const findContainer = (cluster: Cluster, reference: string): ContainerInstance | undefined =>
  cluster.containerInstances.get(
    reference.startsWith("arn:")
      ? reference
      : `${cluster.arn.replace(":cluster/", ":container-instance/")}/${reference}`,
  );

/** Finds a task by id or ARN. */
export const findTask = (cluster: Cluster, reference: string): Task | undefined =>
  cluster.tasks.get(
    reference.startsWith("arn:") ? reference : `${cluster.arn.replace(":cluster/", ":task/")}/${reference}`,
  );

/** Returns the ids or ARNs in a describe call, within its limit. */
export const needReferences = (read: Reader, name: string, most: number): string[] => {
  const references = read.texts(name) ?? [];
  if (references.length === 0) throw invalid(`${name} cannot be empty.`);
  if (references.length > most) throw invalid(`${name} can have at most ${most} items.`);
  return references;
};

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html */
export const missing = (arn: string): JsonObject => ({ arn, reason: "MISSING" });

/** Returns one page; sizes are 1 to 100. */
export const pageOf = <T>(read: Reader, all: readonly T[], standard: number): Page<T> => {
  const size = read.number("maxResults") ?? standard;
  if (size < 1 || size > 100) throw invalid("maxResults should be between 1 and 100");
  return paginate(all, size, read.text("nextToken"), () => invalid("Invalid token"));
};
