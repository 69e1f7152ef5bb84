import type { Instance } from "@spotkeeper/simulator";
import type { Family } from "./family.ts";

const STANDBY = "standby and protection are as people set them";

/** What people did by hand is not undone. */
export const people: Family = {
  names: [STANDBY],
  watch({ fleet }, note) {
    const { world } = fleet;
    const before = new Map<Instance, { standby: boolean; protected: boolean }>();
    /** Checks what only people change. A member that leaves its group is not compared. */
    const compare = (): void => {
      for (const group of fleet.groups.values()) {
        for (const { instance, state, protectedFromScaleIn } of group.members.values()) {
          const was = before.get(instance);
          if (was?.standby === true && state === "InService") note(STANDBY, `${instance.id} was put back into service`);
          if (was !== undefined && was.protected !== protectedFromScaleIn)
            note(STANDBY, `${instance.id} is ${protectedFromScaleIn ? "" : "not "}protected from scale-in any more`);
          before.set(instance, { standby: state === "Standby", protected: protectedFromScaleIn });
        }
      }
    };
    compare();
    const { effect } = world.oracle;
    world.oracle.effect = (kind, key, again) => {
      effect(kind, key, again);
      compare();
    };
    world.listeners.groupChanged.push(compare);
    return {};
  },
  atEnd: {
    "what people did by hand stays": ({ fleet, people, targetReads }) => [
      ...[...people.deregistered].flatMap(([target, at]) => {
        const { group, id, port } = target;
        const now = group.targets.get(`${id}:${port}`);
        return now === undefined || now.state === "draining" || targetReads.areBlind(target, at)
          ? []
          : [`${group.name}/${id}:${port}, which a person deregistered, is registered`];
      }),
      ...[...people.drained].flatMap((id) => {
        const instance = fleet.world.instances.get(id);
        return instance?.state === "running" && instance.containerInstance?.status === "ACTIVE"
          ? [`${id}, which a person set DRAINING, is ACTIVE`]
          : [];
      }),
    ],

    "an instance on standby gets no requests": ({ spec, fleet }) =>
      [...fleet.world.instances.values()]
        .filter(({ member }) => member?.state === "Standby")
        .filter(({ id }) => !spec.byHand.some(({ group, nth }) => fleet.members.get(group)?.[nth]?.id === id))
        .flatMap(({ id, member, targets }) =>
          [...targets]
            .filter(({ id: own, state }) => own === id && state !== "draining")
            .filter(({ group }) => member?.group.targetGroups.includes(group) === true)
            .map(({ group }) => `${id} is on standby, and registered with ${group.name}`),
        ),
  },
};
