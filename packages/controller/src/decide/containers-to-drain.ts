import type { ContainerInstance } from "../aws/calls/ecs.ts";
import type { Facts } from "../enrich/facts.ts";
import { hasTasks } from "../inventory/containers-on.ts";
import type { Incident } from "../model/incident.ts";

/** A container instance with the id of the step that sets it to DRAINING, and what it was when that was planned. */
export type Draining = Pick<ContainerInstance, "arn" | "clusterArn"> & { readonly id: string; readonly was: string };

/**
 * What has to be drained of all that an instance is registered as: where an agent is connected, or tasks are. What was
 * left behind empty is left alone. Agents lose their connection for a moment several times an hour: where none is
 * connected and nothing has tasks, nobody can tell which one is in use, and all are drained.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
 *
 * A step belongs to its container instance for good, so that what becomes known later has a step of its own, `#2`, and
 * what was begun is not forgotten because its tasks have gone.
 */
export function containersToDrain({ steps }: Pick<Incident, "steps">, facts: Facts): readonly Draining[] {
  const had = steps.filter((one) => one.responder === "set-draining");
  const idFor = new Map(had.map((one) => [one.params["containerInstanceArn"], one.id]));
  const all = facts.containerInstances;
  const inUse = all.filter((one) => idFor.has(one.arn) || one.agentConnected || carriesTasks(one, facts));
  const used = new Set(had.map(({ id }) => id));
  return (inUse.length === 0 ? all : inUse).map(({ arn, clusterArn, status }) => {
    const id = idFor.get(arn) ?? freeId(used);
    used.add(id);
    const { was = status } = had.find((one) => one.id === id)?.params ?? {};
    return { arn, clusterArn, id, was: typeof was === "string" ? was : status };
  });
}

const carriesTasks = (one: ContainerInstance, { tasks }: Facts): boolean =>
  hasTasks(one) || tasks.some(({ task }) => task.containerInstanceArn === one.arn);

function freeId(used: ReadonlySet<string>): string {
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? "drain" : `drain#${n}`;
    if (!used.has(id)) return id;
  }
}
