import type { Config } from "./schema.ts";
import { isOwnerTag } from "../enrich/owner.ts";

/** Tags that are always needed: name, cluster, and fleet of an instance. */
const ALWAYS: readonly string[] = ["Name", "aws:ecs:clusterName", "aws:ec2:fleet-id", "aws:ec2spot:fleet-request-id"];

/**
 * Returns a function that selects the tags that affect the handling of an instance; others may contain private data
 * that must not be in a file. `name`: only the tag's name is needed (tags of orchestrators, which show the owner).
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

/** Returns the names of all tags in matchers, at any depth. */
function tagsIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]: [string, unknown]) =>
    key === "tag" && typeof one === "object" && one !== null ? Object.keys(one) : tagsIn(one),
  );
}
