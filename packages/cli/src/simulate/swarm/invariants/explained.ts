import type { EffectKind, Ms } from "@spotkeeper/simulator";
import { explain } from "../../../explain/explain.ts";
import type { Explanation } from "../../../explain/explanation.ts";
import type { Ended } from "./scene.ts";
import { isOfYesterday } from "../watch.ts";
import { type Family, isCalm, isTheirs } from "./family.ts";

const AGREE = "explain shows what is done";

/** What `explain` says for the same messages and policy is what the worker does and tells, if nothing goes wrong. */
export const explained: Family = {
  names: [],
  watch: () => ({}),
  atEnd: { [AGREE]: disagreements },
};

function disagreements(ended: Ended): string[] {
  const text = ended.heard.map(({ body }) => body).join("\n");
  const byInstance = Map.groupBy(
    [...explain([{ text, file: null }], ended.policy, () => ended.at)].filter(({ instanceId }) => instanceId !== null),
    ({ instanceId }) => instanceId ?? "",
  );
  return [...ended.fleet.world.instances.keys()]
    .filter((id) => !isTheirs(ended, id) && isCalm(ended, firstHeard(id, ended), ended.at))
    .flatMap((id) => [
      ...notExplained(id, byInstance.get(id) ?? [], ended),
      ...notDone(id, byInstance.get(id) ?? [], ended),
      // `explain` does not ask EC2 when the instance was started.
      ...(isOfYesterday(ended.spec, ended.fleet, { id }) ? [] : notTold(id, byInstance.get(id) ?? [], ended)),
    ]);
}

/** Returns when the queue first had a message that names the instance. */
const firstHeard = (id: string, { heard }: Ended): Ms => heard.find(({ body }) => body.includes(id))?.at ?? Infinity;

/** The effects that a responder may have on the instance of its incident. */
const DOES: { readonly [responder: string]: readonly EffectKind[] } = {
  "deregister-target": ["deregister"],
  "set-draining": ["drain"],
  "drain-tasks": ["stop-task"],
  "complete-lifecycle": ["complete-lifecycle-action"],
  "ask-replacement": ["detach", "terminate", "terminate-in-group", "deregister", "drain", "stop-task"],
  "end-retained": ["terminate-in-group"],
};

const OF_INSTANCE: ReadonlySet<EffectKind> = new Set(["drain", "detach", "terminate", "terminate-in-group"]);

const acting = (explanations: readonly Explanation[]): Set<string> =>
  new Set(explanations.flatMap(({ mode, plan }) => (mode === "act" ? plan.map(({ responder }) => responder) : [])));

/** Returns effects on the instance that no explanation contains. */
function notExplained(id: string, explanations: readonly Explanation[], { spec, fleet }: Ended): string[] {
  const kinds = new Set([...acting(explanations)].flatMap((responder) => DOES[responder] ?? []));
  // `explain` does not ask AWS, so it cannot know that a group retains an instance.
  if (spec.groups.some(({ retains }) => retains)) kinds.add("terminate-in-group");
  return fleet.world.oracle
    .effects()
    .filter(
      ({ kind, key, again }) => !again && OF_INSTANCE.has(kind) && key.split(" ")[0] === id && !key.endsWith(" ACTIVE"),
    )
    .filter(({ kind }) => !kinds.has(kind))
    .map(({ kind }) => `${kind} of ${id} was done, and explain does not have it`);
}

/** Returns a breach if `explain` drains a container instance and the worker did not. */
function notDone(id: string, explanations: readonly Explanation[], { fleet }: Ended): string[] {
  const known = fleet.world.oracle.factsOf(id);
  const instance = fleet.world.instances.get(id);
  if (known === undefined || known.diedAt === null || known.warnedAt === null) return [];
  if (instance === undefined || !acting(explanations).has("set-draining")) return [];
  return known.drainingAt === null && known.tasksKilled.length > 0 ? [`explain has ${id} drained, and it was not`] : [];
}

/** Returns a breach if `explain` and the worker disagree on whether people are told of an instance. */
function notTold(id: string, explanations: readonly Explanation[], { sent, fleet }: Ended): string[] {
  // An instance that somebody else ended first was not interrupted, even if a late warning says so.
  if (fleet.world.instances.get(id)?.state !== "running" && (fleet.world.oracle.factsOf(id)?.diedAt ?? null) === null)
    return [];
  const says = explanations.some(({ alert }) => alert !== null);
  const told = sent.some(({ alert }) => alert.members.some(({ subject }) => subject === id));
  // Only EC2 can say whether an end without a warning was an interruption.
  const isEnd = explanations.every(({ kind }) => kind !== "spot-interruption" && kind !== "rebalance");
  if (isEnd || says === told) return [];
  return [says ? `explain tells of ${id}, and nobody was told` : `people were told of ${id}, and explain tells nobody`];
}
