import type { Ms } from "../clock.ts";
import type { Incident } from "../model/incident.ts";
import type { SignalKind } from "../model/signal.ts";
import { isAnnouncement, isWarning } from "../signal/kind-queries.ts";
import { isEndState } from "../signal/states.ts";

/** All times of an incident that separate it from other episodes of its subject: event times, never arrival times. */
export interface Episode {
  /** The episode is a launch, not an end. */
  readonly launching: boolean;
  readonly warnings: readonly Ms[];
  readonly terminating: readonly Ms[];
  readonly announcements: readonly Ms[];
  /** The newest state that means an end. */
  readonly ended: { readonly state: string; readonly at: Ms } | null;
  /** First and last evidence of an end; null while there are only announcements. */
  readonly firstEnding: Ms | null;
  readonly lastEnding: Ms | null;
  /** First and last evidence of any kind. */
  readonly start: Ms;
  readonly end: Ms;
  /** When the instance was launched again: later signals belong to a later episode. */
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
