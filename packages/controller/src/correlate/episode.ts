import type { Ms } from "../clock.ts";
import type { Incident } from "../model/incident.ts";
import type { Signal, SignalKind } from "../model/signal.ts";

/** Signals that announce the end within minutes. */
const WARNINGS: ReadonlySet<SignalKind> = new Set([
  "spot-interruption",
  "capacity-reservation-interruption",
  "fargate-spot-stop",
] as const);

/** Signals that announce an end hours or weeks ahead, or one that never comes. */
const ANNOUNCEMENTS: ReadonlySet<SignalKind> = new Set([
  "rebalance",
  "scheduled-change",
  "capacity-block-expiration",
] as const);

/** How far a state has come: the order in which EC2 and ECS go through them. */
const RANK: { readonly [state: string]: number } = {
  pending: 0,
  running: 1,
  deactivating: 2,
  stopping: 2,
  "shutting-down": 2,
  deprovisioning: 3,
  stopped: 3,
  terminated: 4,
};

export const isWarning = (kind: SignalKind): boolean => WARNINGS.has(kind);
export const isAnnouncement = (kind: SignalKind): boolean => ANNOUNCEMENTS.has(kind);
export const rankOf = (state: string): number => RANK[state] ?? 1;

/** `stopping`, `stopped`, `shutting-down`, `terminated`. */
export const isEndState = (state: string): boolean => rankOf(state) >= 2;

/** The signal says that the subject ends, or has ended. */
export function isEnding(signal: Signal): boolean {
  if (signal.kind === "state-change") return isEndState(signal.state);
  if (signal.kind === "fleet-change") return signal.change === "termination_notified";
  if (signal.kind === "agent-state") return signal.state === "draining" && signal.because === "termination";
  return isWarning(signal.kind) || signal.kind === "lifecycle-terminating";
}

/** The signal says that the subject lives: `running`, `pending`, or a launch that succeeded. */
export function isLife(signal: Signal): boolean {
  if (signal.kind === "state-change") return !isEndState(signal.state);
  if (signal.kind === "fleet-change") return signal.change === "launched";
  return signal.kind === "launch-result" && signal.ok;
}

/** What an incident knows of when things happened: all that tells episodes apart. Event times, never arrival times. */
export interface Episode {
  /** It awaits a launch, not an end. */
  readonly launching: boolean;
  readonly warnings: readonly Ms[];
  readonly terminating: readonly Ms[];
  readonly announcements: readonly Ms[];
  /** The newest state that says it ends. */
  readonly ended: { readonly state: string; readonly at: Ms } | null;
  /** First and last evidence of an end; null while there are only announcements. */
  readonly firstEnding: Ms | null;
  readonly lastEnding: Ms | null;
  /** First and last evidence of any kind. */
  readonly start: Ms;
  readonly end: Ms;
  /** It was launched again then: everything from here on belongs to a later episode. */
  readonly launchedAt: Ms | null;
}

export function episodeOf(incident: Incident): Episode {
  const times = (of: (kind: SignalKind) => boolean): readonly Ms[] =>
    incident.signals.filter((ref) => of(ref.kind)).map((ref) => ref.at);
  const warnings = [...times(isWarning), ...present(incident.lastWarningAt)];
  const terminating = times((kind) => kind === "lifecycle-terminating");
  const announcements = times(isAnnouncement);
  const launches = times((kind) => kind === "lifecycle-launching");
  const ended = incident.seen !== null && isEndState(incident.seen.state) ? incident.seen : null;
  const endings = [
    ...warnings,
    ...terminating,
    ...present(incident.firstEndingAt),
    ...(ended === null ? [] : [ended.at]),
  ];
  const all = [...endings, ...announcements, ...launches];
  return {
    launching: launches.length > 0,
    warnings,
    terminating,
    announcements,
    ended,
    firstEnding: endings.length === 0 ? null : Math.min(...endings),
    lastEnding: endings.length === 0 ? null : Math.max(...endings),
    start: all.length === 0 ? incident.openedAt : Math.min(...all),
    end: all.length === 0 ? incident.openedAt : Math.max(...all),
    launchedAt: incident.launchedAt,
  };
}

function present(at: Ms | null): readonly Ms[] {
  return at === null ? [] : [at];
}
