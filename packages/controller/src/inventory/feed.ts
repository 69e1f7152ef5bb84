import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import { hearAgent } from "../signal/agents.ts";
import type { Evidence, Signal } from "../model/signal.ts";
import { groupId, serviceId } from "./ids.ts";
import type { Facet, Facets, Inventory } from "./inventory.ts";

/** Something that a signal says about one facet. */
export type Put = { [F in Facet]: { readonly facet: F; readonly id: string; readonly value: Facets[F] } }[Facet];

/** States of a container instance in which it is in no cluster any more. */
const LEFT: ReadonlySet<string> = new Set(["INACTIVE", "DEREGISTERING"]);

/**
 * What a signal that is seen anyway tells of the account, for nothing: pure. Completes what is known and invents nothing:
 * an instance is not known by its state alone.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
 */
function learn(signal: Signal, inventory: Pick<Inventory, "get">): readonly Put[] {
  const { id } = signal.subject;
  switch (signal.kind) {
    case "state-change":
      return stateOf(id, signal.state, inventory);
    case "container-instance-change": {
      const { clusterArn, containerInstanceArn: arn, status } = signal;
      // Of this one alone: what else the instance is registered as stays as it is.
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
      // What it was a member of is still asked for when its end is told.
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
  // A reason belongs to the state that it was told with.
  const stateReason = known.state === state ? known.stateReason : null;
  return [{ facet: "instance", id, value: { ...known, state, stateReason } }];
}

function memberOf(id: string, group: string, state: string, inventory: Pick<Inventory, "get">): readonly Put[] {
  const known = inventory.get("membership", id)?.value;
  const isProtected = known?.group === group ? known.protected : false;
  return [{ facet: "membership", id, value: { instanceId: id, group, state, protected: isProtected } }];
}

/** Puts what the signal says into the inventory, as observed at the event's own time. */
export function feed(inventory: Inventory, signal: Signal): void {
  const at: Ms = signal.timeKnown ? signal.at : signal.receivedAt;
  for (const put of learn(signal, inventory)) store(inventory, put, at);
  // By our own clock: the instance's may be wrong, and an agent counts its messages itself.
  const known = inventory.get("agents", signal.subject.id);
  const heard = hearAgent(known?.value ?? {}, signal);
  // Two messages of one instant add to each other: neither may lose against the other for its text.
  const heardAt = Math.max(signal.receivedAt, (known?.observedAt ?? 0) + 1);
  if (Object.keys(heard).length > 0 && heard !== known?.value)
    inventory.put("agents", signal.subject.id, heard, heardAt);
}

const store = <F extends Facet>(
  inventory: Inventory,
  { facet, id, value }: { facet: F; id: string; value: Facets[F] },
  at: Ms,
): void => inventory.put(facet, id, value, at);

/** Puts what a service or fleet says of itself into the inventory. */
export function feedEvidence(inventory: Inventory, { about, said, at }: Evidence): void {
  const id = about.type === "service" ? serviceId(about.clusterArn, about.name) : about.id;
  inventory.put("evidence", id, { said }, at);
}

/** Puts what people should see of a group's record beside what is said of it: it stands in the alerts of its incidents. */
export function feedAttention(inventory: Inventory, doc: Doc<"group">, entries: readonly Entry[]): void {
  const { account, region, name } = doc.body;
  if (region === null) return;
  for (const { text, at, data } of entries)
    if (data["attention"] === true) inventory.put("evidence", groupId({ account, region }, name), { said: text }, at);
}
