import type { Group, Ms, Simulator } from "@spotkeeper/simulator";
import type { FaultItem } from "../dimensions/faults.ts";
import type { SwarmFleet } from "../swarm-fleet.ts";
import { type ByPeople, PLAY_EVENT } from "./play-event.ts";
import type { SwarmWorld } from "../world.ts";

export interface Played {
  readonly people: ByPeople;
  /** The instant of the last event. */
  readonly lastAt: Ms;
}

/**
 * Sets a timer for each event of the world.
 *
 * @param onEvent gets a text for each event: which instance it concerns, or that it does not happen
 */
export function playEvents(spec: SwarmWorld, fleet: SwarmFleet, onEvent: (text: string) => void = () => {}): Played {
  const { world } = fleet;
  const began = world.clock.now();
  const drained = spec.containers
    .filter(({ is }) => is === "DRAINING")
    .flatMap(({ group, nth }) => fleet.members.get(group)?.[nth]?.containerInstance ?? [])
    .filter(({ status }) => status === "DRAINING")
    .map(({ instance }) => instance.id);
  const people: ByPeople = {
    deregistered: new Map(),
    drained: new Set(drained),
    detached: new Set(),
    maximum: new Map(),
    desired: changedBefore(fleet),
  };
  world.listeners.scaledByEcs.push((group) => void people.desired.set(group, group.desired));
  let lastAt = began;
  for (const event of spec.events) {
    const at = began + event.at * 1_000;
    lastAt = Math.max(lastAt, at);
    world.clock.setTimer(at, () => {
      const instance = fleet.members.get(event.group)?.[event.nth];
      const which = `instance ${event.nth} of ${event.group}`;
      if (instance?.state === "running") {
        onEvent(`happens: ${event.kind}; it is ${instance.id}, ${which}`);
        PLAY_EVENT[event.kind]({ event, instance, fleet, people });
      } else onEvent(`does not happen: ${event.kind}; ${which} does not run`);
    });
  }
  return { people, lastAt };
}

/** Returns the desired capacity of groups that a person changed before the start (standby, or raised). */
const changedBefore = ({ groups }: SwarmFleet): Map<Group, number> =>
  new Map([...groups.values()].flatMap((group) => (group.desired !== group.baseline ? [[group, group.desired]] : [])));

/** Adds the world's faults to the simulator. */
export function playFaults(faults: readonly FaultItem[], simulator: Simulator): void {
  for (const { kind, operation, skip, times } of faults) {
    const match = operation === null ? {} : { operation };
    simulator.faults.add({ match, effect: { kind }, skip, ...(times === null ? {} : { times }) });
  }
}
