import type { SignalKind, SignalOf } from "../model/signal.ts";
import { kinds } from "./index.ts";

/** Whether signals of the kind announce an end within minutes. */
export const isWarning = (kind: SignalKind): boolean => kinds[kind].notice === "minutes";

/** Whether signals of the kind announce an end hours or weeks ahead, or one that never comes. */
export const isAnnouncement = (kind: SignalKind): boolean => kinds[kind].notice === "ahead";

/** Whether the times of signals of the kind tell of which interruption they are (`Kind.isDated`). */
export const isDated = (kind: SignalKind): boolean => kinds[kind].isDated;

/** Whether EC2 knows the instance while signals of the kind are sent (`Kind.whileKnown`). */
export const isWhileKnown = (kind: SignalKind): boolean => kinds[kind].whileKnown;

export const urgencyOf = (kind: SignalKind): number => kinds[kind].urgency;

/** Whether the signal says that its subject ends, or has ended. */
export const isEnding = <K extends SignalKind>(signal: SignalOf<K>): boolean => says(signal) === "ends";

/** Whether the signal says that its subject lives: `running`, `pending`, or a launch that succeeded. */
export const isLife = <K extends SignalKind>(signal: SignalOf<K>): boolean => says(signal) === "lives";

function says<K extends SignalKind>(signal: SignalOf<K>): "ends" | "lives" | null {
  return kinds[signal.kind].says(signal);
}

/** Says what the signal tells, in one plain sentence for the timeline. Times are UTC. */
export function describe<K extends SignalKind>(signal: SignalOf<K>): string {
  return kinds[signal.kind].describe(signal);
}
