import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import { addAgentState } from "../signal/agents.ts";
import type { Evidence, Signal } from "../model/signal.ts";
import { groupId, serviceId } from "./ids.ts";
import type { Facet, Facets, Inventory } from "./inventory.ts";

/** One observation from a signal: a new value of a facet. */
export type Put = { [F in Facet]: { readonly facet: F; readonly id: string; readonly value: Facets[F] } }[Facet];

/** States of a container instance that has left its cluster. */
const LEFT: ReadonlySet<string> = new Set(["INACTIVE", "DEREGISTERING"]);

/**
 * Returns the observations that a signal contains. Pure. Updates known entries only where a signal does not contain a
 * whole value: a state alone makes no entry for an instance.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
 */
function observationsIn(signal: Signal, inventory: Pick<Inventory, "get">): readonly Put[] {
  const { id } = signal.subject;
  switch (signal.kind) {
    case "state-change":
      return stateOf(id, signal.state, inventory);
    case "container-instance-change": {
      const { clusterArn, containerInstanceArn: arn, status } = signal;
      // Only this container instance: other registrations of the instance stay.
      if (LEFT.has(status)) return [{ facet: "container", id: arn, value: null }];
      const before = inventory.get("container", arn)?.value ?? null;
      return [
        {
          facet: "container",
          id: arn,
          value: {
            clusterArn,
            arn,
            instanceId: id,
            status,
            agentConnected: signal.agentConnected ?? before?.agentConnected ?? true,
            runningTasks: signal.runningTasks ?? before?.runningTasks ?? 0,
            pendingTasks: signal.pendingTasks ?? before?.pendingTasks ?? 0,
            capacityProvider: before?.capacityProvider ?? null,
            attributes: before?.attributes ?? {},
          },
        },
      ];
    }
    case "launch-result":
      return signal.ok ? memberOf(id, signal.group, "InService", inventory) : [];
    case "termination-result":
      // The membership is kept as `Terminated`: later alerts still need the group.
      return signal.ok ? memberOf(id, signal.group, "Terminated", inventory) : [];
    case "fleet-change":
      return [{ facet: "fleet", id, value: signal.fleet }];
    case "lifecycle-launching":
      return memberOf(id, signal.lifecycle.group, "Pending:Wait", inventory);
    case "lifecycle-terminating":
      return memberOf(id, signal.lifecycle.group, "Terminating:Wait", inventory);
    case "fargate-spot-stop": {
      const { clusterArn, service, privateAddresses, availabilityZone } = signal;
      return [{ facet: "announced", id, value: { clusterArn, service, privateAddresses, availabilityZone } }];
    }
    case "spot-interruption":
    case "rebalance":
    case "scheduled-change":
    case "capacity-block-expiration":
    case "capacity-reservation-interruption":
    case "notice-withdrawn":
    case "agent-state":
      return [];
  }
}

function stateOf(id: string, state: string, inventory: Pick<Inventory, "get">): readonly Put[] {
  const known = inventory.get("instance", id)?.value;
  if (known === undefined) return [];
  // A state reason is valid only for its state.
  const stateReason = known.state === state ? known.stateReason : null;
  return [{ facet: "instance", id, value: { ...known, state, stateReason } }];
}

function memberOf(id: string, group: string, state: string, inventory: Pick<Inventory, "get">): readonly Put[] {
  const known = inventory.get("membership", id)?.value;
  const isProtected = known?.group === group ? known.protected : false;
  return [{ facet: "membership", id, value: { instanceId: id, group, state, protected: isProtected } }];
}

/** Adds the observations of a signal to the inventory, as of the event's own time. */
export function feed(inventory: Inventory, signal: Signal): void {
  const at: Ms = signal.timeKnown ? signal.at : signal.receivedAt;
  for (const put of observationsIn(signal, inventory)) store(inventory, put, at);
  // As of our own clock, since the instance's may be wrong; an agent's messages have sequence numbers.
  const known = inventory.get("agents", signal.subject.id);
  const heard = addAgentState(known?.value ?? {}, signal);
  // Strictly increasing, since two messages of the same time both count.
  const heardAt = Math.max(signal.receivedAt, (known?.observedAt ?? 0) + 1);
  if (Object.keys(heard).length > 0 && heard !== known?.value)
    inventory.put("agents", signal.subject.id, heard, heardAt);
}

const store = <F extends Facet>(
  inventory: Inventory,
  { facet, id, value }: { facet: F; id: string; value: Facets[F] },
  at: Ms,
): void => inventory.put(facet, id, value, at);

/** Adds a message of a service or fleet about itself to the inventory. */
export function feedEvidence(inventory: Inventory, { about, said, at }: Evidence): void {
  const id = about.type === "service" ? serviceId(about.clusterArn, about.name) : about.id;
  inventory.put("evidence", id, { said }, at);
}

/**
 * Adds journal entries of a group that are marked `attention` as evidence, so that the alerts of its incidents show
 * them.
 */
export function feedAttention(inventory: Inventory, doc: Doc<"group">, entries: readonly Entry[]): void {
  const { account, region, name } = doc.body;
  if (region === null) return;
  for (const { text, at, data } of entries)
    if (data["attention"] === true) inventory.put("evidence", groupId({ account, region }, name), { said: text }, at);
}
