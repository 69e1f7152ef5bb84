import type { AlertModel } from "@spotkeeper/controller";
import type { Group, Instance, Ms } from "@spotkeeper/simulator";
import { isManaged } from "../not-ours.ts";
import { wasOut } from "./outage-at.ts";
import type { Check, Scene, SentAlert } from "./scene.ts";

type Note = (invariant: string, what: string) => void;

/** Callbacks of a family of invariants while the world is played. */
interface Watcher {
  readonly sent?: (message: SentAlert) => void;
}

/** Invariants that are judged by the same data. Their names are shown to people. */
export interface Family {
  /** The invariants that are judged while the world is played. */
  readonly names: readonly string[];
  readonly watch: (scene: Scene, note: Note) => Watcher;
  /** The invariants that are judged at the end, by name. */
  readonly atEnd: { readonly [invariant: string]: Check };
}

/**
 * Returns true if there were no faults, no kills or freezes, and no outages at that time, so that nothing excuses a
 * failure.
 */
export const isCalm = (scene: Pick<Scene, "spec" | "began">, from: Ms, to: Ms): boolean =>
  scene.spec.faults.length === 0 && scene.spec.lives.length === 0 && !wasOut(scene, from, to);

export const MAY_DEREGISTER: ReadonlySet<string> = new Set(["everything", "not drain"]);
export const MAY_DRAIN: ReadonlySet<string> = new Set(["everything", "not deregister"]);

/**
 * Returns true for instances that must not be touched: somebody else owns them, ECS manages them, or they opted out. If
 * a tag is required, also for instances that are in no fleet.
 */
export const isTheirs = ({ fleet, policy }: Pick<Scene, "fleet" | "policy">, instanceId: string): boolean => {
  const instance = fleet.world.instances.get(instanceId);
  return (
    fleet.notOurInstances.has(instanceId) ||
    fleet.notOurs.some(
      (group) => group.members.has(instanceId) || (instance !== undefined && wasIn(group, instance)),
    ) ||
    (instance === undefined ? policy.tag.required : isManaged(instance))
  );
};

/** What has left its group by its end keeps the tag that Auto Scaling gave it. */
const wasIn = ({ name, region }: Group, { tags, region: of }: Instance): boolean =>
  of === region && tags.get("aws:autoscaling:groupName") === name;

/** Whether AWS refused to complete its hook, which a person must then do: docs/alert.md, "What is sent, and when". */
export const isForAPerson = ({ doing }: AlertModel["members"][number]): boolean =>
  doing.some((line) => line.startsWith("complete the lifecycle action: could not"));
