import type { Cluster, ContainerInstance } from "../../fleet/ecs/state.ts";
import type { Region } from "../../fleet/state.ts";
import { containersOf } from "../../fleet/ecs/containers.ts";
import { invalid } from "./find.ts";

type Test = (container: ContainerInstance) => boolean;

export interface ContainerFilter {
  /** The instance ids in the filter, so that no scan is needed; null if it names none. */
  readonly instanceIds: readonly string[] | null;
  readonly accepts: Test;
}

const subjects: Readonly<Record<string, (container: ContainerInstance) => string>> = {
  ec2instanceid: ({ instance }) => instance.id,
  agentconnected: ({ agentConnected }) => String(agentConnected),
  "attribute:ecs.availability-zone": ({ instance }) => instance.zone.name,
  "attribute:ecs.instance-type": ({ instance }) => instance.type,
};

/** `subject == value`, `subject != value`, `subject in [a, b]`, `subject not_in [a, b]`. */
const clause = /^\s*([\w:.-]+)\s*(?:(==|!=|equals|not_equals)\s*([\w:.-]+)|(in|not_in|!in)\s*\[([^\]]*)\])\s*$/u;

/**
 * Parses the part of the cluster query language that selects instances; clauses are joined by `and`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 */
export const parseFilter = (text: string): ContainerFilter => {
  let instanceIds: string[] | null = null;
  const tests = text.split(/\s+(?:and|&&)\s+/u).map((part): Test => {
    const match = clause.exec(part);
    const read = subjects[match?.[1]?.toLowerCase() ?? ""];
    if (!match || !read) throw invalid(`Invalid filter: ${part.trim()}`);
    const values = (match[3] === undefined ? (match[5] ?? "").split(",") : [match[3]]).map((value) => value.trim());
    const operator = match[2] ?? match[4] ?? "";
    const negative = operator.startsWith("!") || operator.startsWith("not");
    if (!negative && match[1]?.toLowerCase() === "ec2instanceid") instanceIds ??= values;
    const accepted = new Set(values);
    return (container) => accepted.has(read(container)) !== negative;
  });
  return { instanceIds, accepts: (container) => tests.every((test) => test(container)) };
};

/** Returns the container instances that the filter accepts, by index if it names instances. */
export const candidatesOf = (region: Region, cluster: Cluster, filter: ContainerFilter): ContainerInstance[] =>
  (filter.instanceIds === null
    ? [...cluster.containerInstances.values()]
    : filter.instanceIds.flatMap((id) => {
        const instance = region.instances.get(id);
        return instance ? containersOf(instance).filter((container) => container.cluster === cluster) : [];
      })
  ).filter((container) => filter.accepts(container));
