import type { EffectKind, Instance, Ms, Simulator } from "@spotkeeper/simulator";
import { OF_YESTERDAY } from "./events/messages.ts";
import type { SwarmFleet } from "./swarm-fleet.ts";
import { mayNotTell, touchedOf } from "./not-ours.ts";
import type { SwarmWorld } from "./world.ts";

/** A broken invariant, and when. */
export interface Breach {
  readonly invariant: string;
  readonly at: Ms;
  readonly what: string;
}

/** The invariants that are checked at each effect. */
const HEALTHY = "nothing healthy is taken out";
const OURS = "only our hooks are answered";
const CONTINUE = "hooks are answered with CONTINUE";
const FORBIDDEN = "what the policy forbids is not done";
const THEIRS = "what is not ours is not touched";
export const WATCHED: readonly string[] = [HEALTHY, OURS, CONTINUE, FORBIDDEN, THEIRS];

/** Effects that AWS has by itself; all others are the worker's. */
const AWS_DOES: ReadonlySet<EffectKind> = new Set(["launch"]);

/** Effects that take an instance, or its tasks, out of service. */
export const TAKES_OUT: ReadonlySet<EffectKind> = new Set([
  "deregister",
  "drain",
  "stop-task",
  "detach",
  "terminate",
  "terminate-in-group",
]);

/** Checks each effect when it happens, and each answer to a hook: these cannot be judged at the end. */
export function watchEffects(spec: SwarmWorld, fleet: SwarmFleet, simulator: Simulator): readonly Breach[] {
  const { world } = fleet;
  const breaches: Breach[] = [];
  const note = (invariant: string, what: string): void =>
    void breaches.push({ invariant, at: world.clock.now(), what });
  const { effect } = world.oracle;
  world.oracle.effect = (kind, key, again = false) => {
    if (isForbidden(spec, kind) && !AWS_DOES.has(kind)) note(FORBIDDEN, `${kind} ${key}`);
    if (!again && TAKES_OUT.has(kind)) {
      const instances = instancesOf(fleet, kind, key);
      if (instances.length > 0 && !instances.some((one) => isDoomed(spec, fleet, one))) note(HEALTHY, `${kind} ${key}`);
    }
    effect(kind, key, again);
  };
  simulator.onCall((call, phase) => {
    if (phase !== "before") return;
    const theirs = mayNotTell(spec) ? null : touchedOf(fleet, call);
    if (theirs !== null) note(THEIRS, `${call.operation}: ${theirs}`);
    if (call.operation !== "CompleteLifecycleAction") return;
    const [hook, result] = [text(call.input["LifecycleHookName"]), text(call.input["LifecycleActionResult"])];
    if (!fleet.ourHooks.has(hook)) note(OURS, `${hook} was answered`);
    if (result !== "CONTINUE") note(CONTINUE, `${hook}: ${result}`);
  });
  return breaches;
}

function isForbidden({ policy }: SwarmWorld, kind: EffectKind): boolean {
  switch (policy.may) {
    case "everything":
    case "as its rules say":
      return false;
    case "not deregister":
      return kind === "deregister";
    case "not drain":
      return kind === "drain";
    case "nothing":
    case "only say it":
      return true;
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Returns true if something other than the worker ends this instance, or if the policy acts on its notice. */
function isDoomed(spec: SwarmWorld, fleet: SwarmFleet, instance: Instance): boolean {
  const { notice, member, state } = instance;
  if (mayNotTell(spec) && isOfYesterday(spec, fleet, instance)) return true;
  // An instance in a warm pool is not ending, whether stopped or not.
  if (member !== null && /^Warmed:(Running|Stopped|Hibernated)$/.test(member.state)) return false;
  if (state !== "running" && state !== "pending") return true;
  if (!fleet.alone.has(instance.id) && member?.state !== "InService") return true;
  if (notice === null) return false;
  if (notice.warnedAt !== null || notice.reclaimAt !== null) return true;
  return spec.policy.onRebalance === "drain" || spec.policy.onRebalance === "replace";
}

/**
 * Returns true if a message of an earlier life names the instance. It is obeyed if EC2 does not say when the instance
 * was started (docs/drain.md).
 */
export const isOfYesterday = (
  { messages }: SwarmWorld,
  { members }: SwarmFleet,
  { id }: Pick<Instance, "id">,
): boolean => messages.some(({ kind, of }) => OF_YESTERDAY.has(kind) && members.get(of.group)?.[of.nth]?.id === id);

/** Returns the instances that an effect may be about: target groups and addresses have the same names in several places. */
export function instancesOf({ regions, world }: SwarmFleet, kind: EffectKind, key: string): readonly Instance[] {
  const named = (id: string): Instance[] => {
    const found = world.instances.get(id);
    return found === undefined ? [] : [found];
  };
  switch (kind) {
    case "drain":
      // Setting it back to ACTIVE does no harm.
      return key.endsWith(" DRAINING") ? named(key.split(" ")[0] ?? "") : [];
    case "stop-task":
      return regions
        .flatMap(({ clusters }) => [...clusters.values()])
        .flatMap(({ tasks }) => tasks.get(key)?.containerInstance?.instance ?? []);
    case "deregister":
      return [...world.instances.values()].filter(
        ({ targets, registrations }) =>
          [...targets].some(({ group, id, port }) => `${group.name}/${id}:${port}` === key) ||
          [...registrations].some(({ name }) => name === key),
      );
    default:
      return named(key);
  }
}
