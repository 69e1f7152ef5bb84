import type { Ms } from "@spotkeeper/simulator";
import { isManaged } from "../not-ours.ts";
import { wasOut } from "./outages-then.ts";
import type { Check, Scene, SentAlert } from "./ended.ts";

type Note = (invariant: string, what: string) => void;

/** What a family of invariants looks at while the world is played; each is called as it happens. */
interface Watcher {
  readonly sent?: (message: SentAlert) => void;
}

/** Invariants that are judged by the same things. Their names are what people read. */
export interface Family {
  /** Those that are judged while the world is played. */
  readonly names: readonly string[];
  readonly watch: (scene: Scene, note: Note) => Watcher;
  /** Those that are judged at the end, by name: what breaks each. */
  readonly atEnd: { readonly [invariant: string]: Check };
}

/** Without faults, and lives that are cut off, and outages at that time, nothing excuses what was not done. */
export const isCalm = (scene: Pick<Scene, "spec" | "began">, from: Ms, to: Ms): boolean =>
  scene.spec.faults.length === 0 && scene.spec.lives.length === 0 && !wasOut(scene, from, to);

export const MAY_DEREGISTER: ReadonlySet<string> = new Set(["everything", "not drain"]);
export const MAY_DRAIN: ReadonlySet<string> = new Set(["everything", "not deregister"]);

/**
 * Whether an instance is somebody else's, ECS manages it itself, or it opted out: it is told, and not touched. Where a tag must be there, so is what
 * is in no fleet.
 */
export const isTheirs = ({ fleet, policy }: Pick<Scene, "fleet" | "policy">, instanceId: string): boolean => {
  const instance = fleet.world.instances.get(instanceId);
  return (
    fleet.notOurInstances.has(instanceId) ||
    fleet.notOurs.some(({ members }) => members.has(instanceId)) ||
    (instance === undefined ? policy.tag.required : isManaged(instance))
  );
};
