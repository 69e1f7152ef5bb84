import type { Ask, Place } from "../../aws/ask.ts";
import type { EcsService, EcsTask } from "../../aws/calls/ecs.ts";
import { registryId, serviceId, serviceOf } from "../../inventory/ids.ts";
import type { Inventory } from "../../inventory/inventory.ts";
import type { Budget } from "./budget.ts";
import { type Depth, freshness } from "./freshness.ts";
import { anywhere, type Reads } from "./reads.ts";
import { isManagedDaemon } from "../storm/tally.ts";

/** Reads the services of tasks, and the registrations of those services (target groups, Cloud Map, Lattice). */
export interface ServiceReads {
  services(place: Place, cluster: string, tasks: readonly EcsTask[], ask: Ask, depth: Depth): Promise<void>;
  /** Reads target health. Counted as a poll, like the polls of a held last healthy target. */
  health(place: Place, targetGroupArn: string, ask: Ask, depth: Depth): Promise<void>;
  /** Reads useful but not necessary facts, which the sweep mostly knows, as long as the budget allows. */
  extras(place: Place, tasks: readonly EcsTask[], targetGroups: readonly string[], ask: Ask): Promise<void>;
}

export interface ServiceReadsOptions {
  readonly reads: Reads;
  readonly inventory: Inventory;
  readonly budget: Budget;
}

export function createServiceReads({ reads, inventory, budget }: ServiceReadsOptions): ServiceReads {
  const health: ServiceReads["health"] = async (place, arn, ask, depth) => {
    await reads.health(anywhere(place), arn, { ...ask, purpose: "poll" }, freshness.health[depth]);
  };

  const registrations = (place: Place, service: EcsService, ask: Ask, depth: Depth): Promise<unknown>[] => {
    const at = anywhere(place);
    return [
      ...service.targets.map((one) => health(place, one.targetGroupArn, ask, depth)),
      ...service.serviceRegistries.map((arn) => reads.discovery(at, registryId(arn), ask, freshness.discovery[depth])),
      ...service.latticeTargetGroups.map((id) => reads.lattice(at, id, ask, freshness.lattice[depth])),
    ];
  };

  return {
    health,
    async services(place, cluster, tasks, ask, depth) {
      const names = new Set(tasks.map(serviceOf).filter((name) => name !== null));
      const asked = [...names].map(async (name) => {
        const service = await reads.service({ place, cluster }, name, ask, freshness.service[depth]);
        if (service !== undefined) await Promise.all(registrations(place, service, ask, depth));
      });
      await Promise.all(asked);
    },
    async extras(place, tasks, targetGroups, ask) {
      const at = anywhere(place);
      const behindTasks = tasks.flatMap((task) => targetGroupsOfTask(inventory, task));
      const asked: Promise<unknown>[] = [];
      // Stop timeouts and deregistration delays, by which the time until the deadline is divided.
      const defined = tasks.filter((task) => !isManagedDaemon(task));
      for (const arn of new Set(defined.map((task) => task.taskDefinitionArn))) {
        if (inventory.get("taskDefinition", arn) === undefined && budget.takeExtra())
          asked.push(reads.taskDefinition(at, arn, ask, freshness.taskDefinition.tell));
      }
      for (const arn of new Set([...targetGroups, ...behindTasks])) {
        if (inventory.get("attributes", arn) === undefined && budget.takeExtra())
          asked.push(reads.attributes(at, arn, ask, freshness.attributes.tell));
      }
      await Promise.all(asked);
    },
  };
}

function targetGroupsOfTask(inventory: Inventory, task: EcsTask): readonly string[] {
  const name = serviceOf(task);
  const service = name === null ? undefined : inventory.get("service", serviceId(task.clusterArn, name));
  return service?.value.targets.map((one) => one.targetGroupArn) ?? [];
}
