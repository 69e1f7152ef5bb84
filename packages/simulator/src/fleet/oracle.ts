import type { Ms } from "../operation.ts";
import type { Instance } from "./state.ts";
import type { Member } from "./groups/group-state.ts";
import type { InstanceFacts, ObservedWorld } from "./instance-facts.ts";
import { watchFacts } from "./instance-facts.ts";
import { watchWork, type WorkLog } from "./hidden-work.ts";

export type EffectKind =
  | "launch"
  | "set-desired"
  | "set-on-demand-base"
  | "detach"
  | "terminate"
  | "terminate-in-group"
  | "complete-lifecycle-action"
  | "stop-task"
  | "deregister"
  | "register"
  | "drain"
  | "run-command";

/** One effect that a caller had. `again`: AWS did nothing or refused, because it was already done. */
export interface Effect {
  readonly at: Ms;
  readonly kind: EffectKind;
  readonly key: string;
  readonly again: boolean;
}

export interface Leftovers {
  /** Ids of instances that were detached or retained, and still run (and are billed). */
  readonly detachedRunning: readonly string[];
  readonly raised: readonly { readonly group: string; readonly desired: number; readonly baseline: number }[];
  readonly onDemandRaised: readonly { readonly group: string; readonly onDemandBase: number }[];
  readonly openActions: readonly { readonly group: string; readonly hook: string; readonly instanceId: string }[];
}

export interface Oracle {
  effect(kind: EffectKind, key: string, again?: boolean): void;
  launched(member: Member): void;
  draining(instance: Instance): void;
  detached(instance: Instance): void;
  facts(): readonly InstanceFacts[];
  factsOf(instanceId: string): InstanceFacts | undefined;
  effects(): readonly Effect[];
  /** Returns effects of the same kind and key that happened more than once. */
  duplicates(): readonly { readonly kind: EffectKind; readonly key: string; readonly count: number }[];
  leftovers(): Leftovers;
  /** Work that AWS cannot see. */
  readonly work: WorkLog;
}

/** Kinds of effects that can happen only once for a key; a second one is a duplicate. */
const SINGLE_EFFECTS: ReadonlySet<EffectKind> = new Set([
  "detach",
  "terminate",
  "terminate-in-group",
  "complete-lifecycle-action",
  "stop-task",
  "run-command",
]);

/** Creates an observer of a world. It changes nothing. */
export const createOracle = (world: ObservedWorld): Oracle => {
  const facts = watchFacts(world);
  const effects: Effect[] = [];
  const detached = new Set<Instance>();
  const now = (): Ms => world.clock.now();

  return {
    effect: (kind, key, again = false) => {
      effects.push({ at: now(), kind, key, again });
    },
    launched: ({ group, instance }) => {
      effects.push({ at: now(), kind: "launch", key: `${group.name}/${instance.id}`, again: false });
    },
    draining: (instance) => {
      const known = facts.get(instance.id);
      if (known) known.drainingAt ??= now();
    },
    detached: (instance) => {
      detached.add(instance);
    },
    facts: () => [...facts.values()],
    factsOf: (instanceId) => facts.get(instanceId),
    effects: () => effects,
    duplicates: () => {
      const counts = new Map<string, { kind: EffectKind; key: string; count: number }>();
      for (const { kind, key, again } of effects) {
        if (again || !SINGLE_EFFECTS.has(kind)) continue;
        const entry = counts.get(`${kind} ${key}`) ?? { kind, key, count: 0 };
        entry.count += 1;
        counts.set(`${kind} ${key}`, entry);
      }
      return [...counts.values()].filter((entry) => entry.count > 1);
    },
    leftovers: () => leftoversOf(world, detached),
    work: watchWork(world),
  };
};

const leftoversOf = (world: ObservedWorld, detached: ReadonlySet<Instance>): Leftovers => {
  const groups = [...world.regions.values()].flatMap((region) => [...region.groups.values()]);
  return {
    detachedRunning: [...detached]
      .filter(({ state }) => state === "running" || state === "pending")
      .map(({ id }) => id),
    raised: groups
      .filter((group) => group.desired > group.baseline)
      .map(({ name, desired, baseline }) => ({ group: name, desired, baseline })),
    onDemandRaised: groups
      .filter((group) => group.onDemandBase !== group.onDemandBaseline)
      .map(({ name, onDemandBase }) => ({ group: name, onDemandBase })),
    openActions: groups.flatMap((group) =>
      [...group.members.values()].flatMap((member) =>
        [...member.actions.keys()].map((hook) => ({ group: group.name, hook, instanceId: member.instance.id })),
      ),
    ),
  };
};
