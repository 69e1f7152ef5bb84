import type { Ms } from "../clock.ts";
import type { Heard, Notice } from "../notice.ts";
import type { Present, Sighting } from "./sighting.ts";

/** What is known of one path. */
export interface Watch {
  readonly heard: (Heard & { readonly key: string }) | null;
  /** Looks in a row, since the notice was last seen, that showed nothing. */
  readonly absences: number;
  /** The last look that showed for certain that there was nothing; null before the first. */
  readonly clearAt: Ms | null;
}

export const unwatched: Watch = { heard: null, absences: 0, clearAt: null };

/** The clocks at one look. */
export interface Instant {
  /** Monotonic. */
  readonly now: Ms;
  /** This machine's hour, which may be wrong. */
  readonly wall: Ms;
  /** The hour by whoever told, in whole seconds; null where it does not say. */
  readonly date: Ms | null;
}

export type Told =
  | { readonly is: "appeared"; readonly heard: Heard }
  | { readonly is: "vanished"; readonly heard: Heard };

export interface Observed {
  readonly watch: Watch;
  readonly told: Told | null;
}

/** One look that shows nothing may be a slip; a notice is gone with the second. */
const CERTAIN = 2;

/** What a look at a path changes. A notice whose times slide is one notice, and its first deadline stays. */
export function observe(watch: Watch, sighting: Sighting, at: Instant): Observed {
  switch (sighting.is) {
    case "unreadable":
      return { watch, told: null };
    case "present": {
      if (watch.heard?.key === sighting.key) return { watch: { ...watch, absences: 0 }, told: null };
      const heard = { ...hear(sighting, at, watch.clearAt), key: sighting.key };
      return { watch: { ...watch, heard, absences: 0 }, told: { is: "appeared", heard } };
    }
    case "absent": {
      const absences = watch.absences + 1;
      const { heard } = watch;
      if (heard === null) return { watch: { ...watch, absences, clearAt: at.now }, told: null };
      if (absences < CERTAIN) return { watch: { ...watch, absences }, told: null };
      return { watch: { heard: null, absences, clearAt: at.now }, told: { is: "vanished", heard } };
    }
  }
}

function hear(sighting: Present, at: Instant, clearAt: Ms | null): Heard {
  const { kind, action, deadline, detail } = sighting;
  const notice: Notice = {
    kind,
    action,
    deadline: deadline === null ? null : new Date(deadline).toISOString(),
    noticedAt: new Date(at.wall).toISOString(),
    detail,
  };
  switch (kind) {
    case "interruption":
      return { notice, deadline: action === "hibernate" ? at.now : at.now + warningLeft(deadline, at, clearAt) };
    case "scheduled-event":
      return { notice, deadline: deadline === null ? null : at.now + (deadline - hourOf(at)) };
    case "rebalance":
    case "termination":
    case "task-stop":
    case "signal":
    case "request":
    case "drill":
      return { notice, deadline: null };
  }
}

/** AWS warns two minutes ahead. */
const WARNING: Ms = 120_000;
/** A deadline may be told in whole seconds, and clocks differ by some. */
const TOLERANCE: Ms = 5_000;

/**
 * How much of the two minutes is left, by the notice's own time. Where that makes no sense (it is over, or further off
 * than a warning can be: a clock is wrong, or the time slides), the two minutes count from the last look that was clear.
 */
function warningLeft(deadline: Ms | null, at: Instant, clearAt: Ms | null): Ms {
  const told = deadline === null ? Number.NaN : deadline - hourOf(at);
  if (told > 0 && told <= WARNING + TOLERANCE) return Math.min(told, WARNING);
  if (clearAt !== null) return Math.max(0, clearAt + WARNING - at.now);
  return told <= 0 ? 0 : WARNING;
}

/** The hour: by this machine's clock where it agrees with whoever told, since that is finer; else theirs, rounded up. */
function hourOf({ wall, date }: Instant): Ms {
  if (date === null) return wall;
  const theirs = date + 1_000;
  return Math.abs(wall - theirs) <= 2_000 ? wall : theirs;
}
