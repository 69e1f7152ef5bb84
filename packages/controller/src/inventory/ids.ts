import type { EcsTask } from "../aws/calls/ecs.ts";
import type { Place } from "../aws/ask.ts";

/** Id of facets about a whole region: `account/region`; `-` means the account of our own credentials. */
export const regionId = (at: Place): string => `${at.account ?? "-"}/${at.region}`;

/** Id of facets about an Auto Scaling group: `account/region/name`. */
export const groupId = (at: Place, name: string): string => `${regionId(at)}/${name}`;

/** Id of a failed read: facet and id. */
export const failureId = (facet: string, id: string): string => `${facet}/${id}`;

/** Returns the sixth part of an ARN: */
const resourceOf = (arn: string): string => arn.split(":").slice(5).join(":");

/** Returns the last part of an ARN or path: `…:cluster/web` → `web`. A plain name is returned unchanged. */
export const nameOf = (arn: string): string => arn.split("/").at(-1) ?? arn;

/** Returns the account in an ARN; null if it has none. */
export const accountOf = (arn: string | null): string | null => arn?.split(":")[4] || null;

/**
 * Returns `cluster` if it is an ARN; else makes the cluster's ARN from its name and the ARN of a resource in the same
 * account and region.
 */
export function clusterArnFrom(resourceArn: string, cluster: string): string {
  if (cluster.startsWith("arn:")) return cluster;
  const [arn, partition, service, region, account] = resourceArn.split(":");
  return region === undefined || account === undefined
    ? cluster
    : [arn, partition, service, region, account, `cluster/${cluster}`].join(":");
}

/** Cache of parsed cluster ARNs: a storm needs ids in the same few clusters again and again. */
const prefixes = new Map<string, string>();
const MOST_PREFIXES = 10_000;

/**
 * Returns a service's ARN in the long format. It contains the cluster, so that equal names in two clusters differ:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#ecs-resource-ids
 */
export function serviceId(clusterArn: string, name: string): string {
  const had = prefixes.get(clusterArn);
  if (had !== undefined) return had + name;
  const prefix = `${clusterArn.split(":").slice(0, 5).join(":")}:service/${nameOf(resourceOf(clusterArn))}/`;
  if (prefixes.size >= MOST_PREFIXES) prefixes.clear();
  prefixes.set(clusterArn, prefix);
  return prefix + name;
}

/** Returns the Cloud Map service id of a registry, which ECS gives as an ARN (`…:service/srv-…`) or as the id. */
export const registryId = (arn: string): string => nameOf(arn);

/** Returns the cluster in a task's ARN (`…:task/web/0123` → `web`); null for the old short format. */
export function clusterOfTask(taskArn: string): string | null {
  const parts = resourceOf(taskArn).split("/");
  return parts.length === 3 ? (parts[1] ?? null) : null;
}

/** Returns the service of a task (its group `service:<name>`); null if no service started it. */
export const serviceOf = (task: EcsTask): string | null =>
  task.group?.startsWith("service:") === true ? task.group.slice("service:".length) : null;
