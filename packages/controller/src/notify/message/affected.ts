import { clusterOf, type Facts, type Missing, type ServiceImpact } from "../../enrich/facts.ts";
import type { MemberDetail, MemberSource } from "./member.ts";
import { isLookUpPending, isLookAroundPending, hasUnreadTargetGroups } from "./unread-target-groups.ts";

/** What runs on all doomed instances of an alert together. */
export interface Affected {
  /** Services that lose a task (without daemons), with the worst impact of each; null if it is no longer known. */
  readonly services: readonly { readonly name: string; readonly impact: ServiceImpact | null }[];
  readonly standalone: number;
  readonly daemons: number;
  /** Whether requests come from something else than ECS services. */
  readonly balanced: boolean;
  /** ARNs. */
  readonly clusters: readonly string[];
}

/**
 * Collects what the members' instances run. Pure. Returns null if any needed fact is not known: "not known" is not
 * "nothing runs there".
 */
export function affectedBy(members: readonly MemberSource[]): Affected | null {
  const services = new Map<string, Affected["services"][number]>();
  const clusters = new Set<string>();
  let [standalone, daemons, balanced] = [0, 0, false];
  for (const { doc, facts } of members) {
    const { steps } = doc.body;
    if (
      facts === null ||
      !isKnown(facts) ||
      isLookUpPending(steps) ||
      isLookAroundPending(steps) ||
      hasUnreadTargetGroups(steps)
    )
      return null;
    const runs = new Set(facts.tasks.flatMap(({ role, service }) => (role === "daemon" ? (service ?? []) : [])));
    for (const impact of facts.impact) {
      if (impact.daemon) runs.add(impact.service);
      else graver(services, impact);
    }
    // The service may have been drained since, but it ran there.
    for (const name of labelled(doc.body.labels["services"]))
      if (!runs.has(name) && ![...services.values()].some((one) => one.name === name))
        services.set(name, { name, impact: null });
    standalone += facts.tasks.filter(({ role }) => role === "standalone").length;
    daemons += facts.tasks.filter(({ role }) => role === "daemon").length;
    balanced ||= isBalanced(facts);
    const cluster = clusterOf(facts);
    if (cluster !== null) clusters.add(cluster);
  }
  return { services: [...services.values()], standalone, daemons, balanced, clusters: [...clusters] };
}

/** Keeps the worst impact of a service: members see the same storm at different times. */
function graver(services: Map<string, Affected["services"][number]>, impact: ServiceImpact): void {
  const id = `${impact.cluster} ${impact.service}`;
  const had = services.get(id)?.impact;
  if (had === undefined || had === null || had.survives > impact.survives) {
    services.delete(impact.service);
    services.set(id, { name: impact.service, impact });
  }
}

const NEEDED: ReadonlySet<Missing["what"]> = new Set(["instance", "cluster", "tasks", "services", "targets"]);

const OF_TASKS: ReadonlySet<Missing["what"]> = new Set(["cluster", "tasks", "services"]);

/**
 * Whether the instance certainly had no task: all facts were read, and no task was ever seen. Unknown once the instance
 * has ended.
 */
export function isWithoutTasks({ facts, body: { labels, steps } }: Pick<MemberDetail, "facts" | "body">): boolean {
  if (facts === null || !facts.complete || facts.missing.some(({ what }) => OF_TASKS.has(what))) return false;
  return facts.tasks.length === 0 && !isLookUpPending(steps) && (labels["tasks"] ?? 0) === 0;
}

const isKnown = (facts: Facts): boolean => facts.complete && !facts.missing.some(({ what }) => NEEDED.has(what));

const isBalanced = ({ tasks, targets, classicLoadBalancers, latticeTargets, discovery }: Facts): boolean =>
  // Targets of tasks belong to their services.
  tasks.length === 0 && targets.length + classicLoadBalancers.length + latticeTargets.length + discovery.length > 0;

const labelled = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
