import type { Config } from "./schema.ts";
import { isOwnerTag } from "../enrich/owner.ts";

/** Read whatever the config says: the name that people see, the cluster, and the fleet that an instance is of. */
const ALWAYS: readonly string[] = ["Name", "aws:ecs:clusterName", "aws:ec2:fleet-id", "aws:ec2spot:fleet-request-id"];

/**
 * Which tags change what is done with an instance. Others may hold what nobody wants in a file. `name`: of an orchestrator's
 * tag its name alone says whose the instance is, and its value nothing.
 */
export function neededTags(
  config: Pick<Config, "policy" | "routes" | "suppress">,
): (name: string) => "value" | "name" | null {
  const { policy, routes, suppress } = config;
  const { groupTag, clusterTag } = policy.clusters;
  const named = new Set([...ALWAYS, policy.tag.name, ...tagsIn([policy.rules, routes, suppress])]);
  for (const one of [groupTag, clusterTag]) if (one !== null) named.add(one);
  return (name) => (named.has(name) ? "value" : isOwnerTag(name) ? "name" : null);
}

/** Names of the tags that matchers ask for, wherever they stand. */
function tagsIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]: [string, unknown]) =>
    key === "tag" && typeof one === "object" && one !== null ? Object.keys(one) : tagsIn(one),
  );
}
