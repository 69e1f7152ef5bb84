import type { EcsTask } from "../aws/calls/ecs.ts";
import type { Place } from "../aws/ask.ts";

/** Id of facets about a whole region: `account/region`; `-` is the account of our own credentials. */
export const regionId = (at: Place): string => `${at.account ?? "-"}/${at.region}`;

/** Id of facets about an Auto Scaling group: `account/region/name`. */
export const groupId = (at: Place, name: string): string => `${regionId(at)}/${name}`;

/** Id under which a failed question is kept: what was asked, about what. */
export const failureId = (facet: string, id: string): string => `${facet}/${id}`;

/** The sixth part of an ARN, whatever stands in it: `arn:aws:ecs:eu-west-1:111122223333:cluster/web` → `cluster/web`. */
const resourceOf = (arn: string): string => arn.split(":").slice(5).join(":");

/** The last word of an ARN or path: `…:cluster/web` → `web`. A bare name stays itself. */
export const nameOf = (arn: string): string => arn.split("/").at(-1) ?? arn;

/** The account that an ARN names; null where it names none. */
export const accountOf = (arn: string | null): string | null => arn?.split(":")[4] || null;

/**
 * `cluster` where it is an ARN already; else the ARN of that cluster made from one of a resource in the same account
 * and region, which ECS puts the cluster's name into.
 */
export function clusterArnFrom(resourceArn: string, cluster: string): string {
  if (cluster.startsWith("arn:")) return cluster;
  const [arn, partition, service, region, account] = resourceArn.split(":");
  return region === undefined || account === undefined
    ? cluster
    : [arn, partition, service, region, account, `cluster/${cluster}`].join(":");
}

/** Every fact of a storm asks for ids of the same few clusters: taken apart once. */
const prefixes = new Map<string, string>();
const MOST_PREFIXES = 10_000;

/**
 * The service's ARN in the long format, which carries the cluster, so that equal names in two clusters differ:
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

/** The Cloud Map service id of a registry that ECS names by ARN (`…:service/srv-…`) or by the id itself. */
export const registryId = (arn: string): string => nameOf(arn);

/** The cluster in a task's ARN (`…:task/web/0123` → `web`); null in the old short format. */
export function clusterOfTask(taskArn: string): string | null {
  const parts = resourceOf(taskArn).split("/");
  return parts.length === 3 ? (parts[1] ?? null) : null;
}

/** The name in `service:<name>`; null for what no service started. */
export const serviceOf = (task: EcsTask): string | null =>
  task.group?.startsWith("service:") === true ? task.group.slice("service:".length) : null;
