import type { ContainerInstance } from "../../fleet/ecs/state.ts";
import type { Region } from "../../fleet/state.ts";
import { invalid } from "./find.ts";

type Test = (container: ContainerInstance) => boolean;

export interface ContainerFilter {
  /** The instances that the filter names, where it names any: no scan is needed. */
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
 * The part of the cluster query language that names instances; clauses are joined by `and`.
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

/** The candidates of a filter, found by index where it names instances. */
export const candidatesOf = (
  region: Region,
  all: Iterable<ContainerInstance>,
  filter: ContainerFilter,
): ContainerInstance[] =>
  (filter.instanceIds === null
    ? [...all]
    : filter.instanceIds.map((id) => region.instances.get(id)?.containerInstance ?? null)
  ).filter((container): container is ContainerInstance => container !== null && filter.accepts(container));
