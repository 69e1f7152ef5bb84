import type { ContainerInstance } from "../aws/calls/ecs.ts";
import type { Facts } from "../enrich/facts.ts";
import { hasTasks } from "../inventory/containers-on.ts";
import type { Incident } from "../model/incident.ts";

/** A container instance, the id of the step that sets it to DRAINING, and its status when the step was planned. */
export type Draining = Pick<ContainerInstance, "arn" | "clusterArn"> & { readonly id: string; readonly was: string };

/**
 * Returns the container instances of an instance to drain: those with a connected agent or with tasks. Old
 * registrations without tasks are left unchanged. Agents disconnect briefly several times an hour: if none is connected
 * and none has tasks, all are drained, since it is not known which one is in use.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
 *
 * A step stays with its container instance: one that becomes known later gets its own step, `#2`, and a begun step is
 * kept when the tasks are gone.
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
