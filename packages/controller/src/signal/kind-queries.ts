import type { SignalKind, SignalOf } from "../model/signal.ts";
import { kinds } from "./index.ts";

/** Whether the kind announces an end within minutes. */
export const isWarning = (kind: SignalKind): boolean => kinds[kind].notice === "minutes";

/** Whether the kind announces an end hours or weeks ahead, which may never come. */
export const isAnnouncement = (kind: SignalKind): boolean => kinds[kind].notice === "ahead";

/** Whether the signal's time can assign it to an interruption (`Kind.isDated`). */
export const isDated = (kind: SignalKind): boolean => kinds[kind].isDated;

/** Whether EC2 still lists the instance when such a signal is sent (`Kind.instanceListed`). */
export const isInstanceListed = (kind: SignalKind): boolean => kinds[kind].instanceListed;

export const urgencyOf = (kind: SignalKind): number => kinds[kind].urgency;

/** Whether the signal means that its subject ends or has ended. */
export const isEnding = <K extends SignalKind>(signal: SignalOf<K>): boolean => implies(signal) === "ends";

/** Whether the signal means that its subject runs: `running`, `pending`, or a successful launch. */
export const isLife = <K extends SignalKind>(signal: SignalOf<K>): boolean => implies(signal) === "lives";

function implies<K extends SignalKind>(signal: SignalOf<K>): "ends" | "lives" | null {
  return kinds[signal.kind].implies(signal);
}

/** Describes the signal in one sentence for the timeline. Times are UTC. */
export function describe<K extends SignalKind>(signal: SignalOf<K>): string {
  return kinds[signal.kind].describe(signal);
}
