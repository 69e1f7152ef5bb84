import { type Config, wildcard } from "@spotkeeper/controller";
import type { Group, Instance } from "@spotkeeper/simulator";
import type { Tags } from "../../facts/document.ts";

type PolicySection = Config["policy"];

/** ECS completes this hook itself: docs/drain.md, "Lifecycle hooks". */
const OF_ECS = "ecs-managed-draining-termination-hook";

/** Which parts of a fleet are ours by a policy. */
export interface Ours {
  /** Groups that belong to somebody else, or that opted out. */
  readonly notOurs: readonly Group[];
  /** Ids of the first instances that are not ours, or may be somebody else's. */
  readonly notOurInstances: ReadonlySet<string>;
  /** Whether instances that ECS manages are left to ECS. */
  readonly leavesManaged: boolean;
  /** Names of the hooks that we complete. */
  readonly ourHooks: ReadonlySet<string>;
}

/**
 * Separates our groups and instances from the others.
 *
 * @param queue the ARN of the queue that the worker reads
 */
export function oursOf(policy: PolicySection, queue: string, groups: Iterable<Group>, alone: Iterable<Instance>): Ours {
  const all = [...groups];
  const notOurInstances = new Set<string>();
  const notOurs = all.filter((group) => {
    const whose = [...group.members.values()].map(({ instance }) => ({
      id: instance.id,
      is: ownershipOf(policy, { tags: { ...tagsOf(group), ...tagsOf(instance) }, operator: group.operator }),
    }));
    for (const { id, is } of whose) if (is !== "ours") notOurInstances.add(id);
    return whose.length > 0 && whose.every(({ is }) => is === "not ours");
  });
  for (const instance of alone)
    if (ownershipOf(policy, { tags: tagsOf(instance), operator: null }) !== "ours") notOurInstances.add(instance.id);
  return { notOurs, notOurInstances, leavesManaged: !takesOver(policy), ourHooks: hooksOf(policy, queue, all) };
}

const tagsOf = ({ tags }: Pick<Group | Instance, "tags">): Tags => Object.fromEntries(tags);

function hooksOf({ defaults, rules }: PolicySection, queue: string, groups: readonly Group[]): ReadonlySet<string> {
  const all = [defaults, ...rules.map((rule) => rule.do)];
  const patterns = all.flatMap(({ hooks }) => hooks ?? []).map((pattern) => wildcard(pattern));
  const answersLaunching = all.some(({ completeLaunching }) => completeLaunching === true);
  const ours = groups
    .flatMap(({ hooks }) => [...hooks.values()])
    .filter(({ transition }) => transition === "autoscaling:EC2_INSTANCE_TERMINATING" || answersLaunching)
    .filter(({ name, notificationTarget }) => notificationTarget === queue || patterns.some((one) => one.test(name)))
    .filter(({ name }) => name !== OF_ECS);
  return new Set(ours.map(({ name }) => name));
}

/** Tags by which orchestrators mark their resources: docs/drain.md, "What is handed off". */
const THEIRS =
  /^(karpenter\.|(aws:)?eks:|kubernetes\.io\/cluster\/|k8s\.io\/|KubernetesCluster$|AWSBatchServiceTag$|aws:(batch|ecs|elasticmapreduce):)/;

/**
 * Returns whose a group or an instance is. `perhaps`: the policy takes over foreign capacity in some cases, so nothing
 * is demanded and nothing is forbidden.
 */
export function ownershipOf(
  policy: PolicySection,
  { tags, operator }: { readonly tags: Tags; readonly operator: string | null },
): "ours" | "not ours" | "perhaps" {
  const { name, required } = policy.tag;
  const value = tags[name]?.toLowerCase();
  if (value === "false" || (required && value !== "true")) return "not ours";
  if (operator === null && !Object.keys(tags).some((one) => THEIRS.test(one) && one !== "aws:ecs:clusterName"))
    return "ours";
  return takesOver(policy) ? "perhaps" : "not ours";
}

const takesOver = ({ defaults, rules }: PolicySection): boolean =>
  defaults.handsOn || rules.some((rule) => "handsOn" in rule.do);
