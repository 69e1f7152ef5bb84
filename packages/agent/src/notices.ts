import type { Clock, Ms } from "./clock.ts";
import type { Drainer } from "./drain/drainer.ts";
import type { Emitter } from "./events.ts";
import type { Heard, Notice } from "./notice.ts";
import type { Settings } from "./options.ts";
import type { Told } from "./watch/observe.ts";

export interface NoticesOptions {
  readonly clock: Clock;
  readonly settings: Pick<Settings, "drainOn">;
  readonly drainer: Pick<Drainer, "drain" | "cancel" | "reason">;
  readonly emit: Emitter["emit"];
}

export interface Notices {
  take(told: Told): void;
  /** The gravest notice that stands: of those that start a drain the first, else the first of all. */
  current(): Notice | null;
  stop(): void;
}

/** A scheduled event is told days ahead; a drain for it begins as late as one for a warning does. */
const AHEAD: Ms = 120_000;

/** What the notices of all sources come to: which are told, which start a drain and when, which end one. */
export function createNotices({ clock, settings, drainer, emit }: NoticesOptions): Notices {
  /** What stands, and what cancels the drain that it would start later. */
  const standing = new Map<Notice, () => void>();
  const drains = ({ kind }: Notice): boolean => kind === "signal" || settings.drainOn.includes(kind);

  const begin = (heard: Heard): (() => void) => {
    const { notice, deadline } = heard;
    if (!drains(notice)) return () => {};
    if (notice.kind !== "scheduled-event" || deadline === null) {
      void drainer.drain(heard);
      return () => {};
    }
    return clock.setTimer(deadline - AHEAD, () => void drainer.drain(heard));
  };
  const vanish = async (notice: Notice): Promise<void> => {
    standing.get(notice)?.();
    standing.delete(notice);
    // A drain has one reason; while another notice stands that would start one, it goes on.
    const another = [...standing.keys()].some(drains);
    const resumed = drainer.reason() === notice && !another && (await drainer.cancel());
    emit("cancelled", { notice, resumed });
  };

  return {
    take(told) {
      switch (told.is) {
        case "appeared": {
          for (const [notice, cancel] of standing) {
            // The same path says something else now: a new action, another event.
            if (notice.kind !== told.heard.notice.kind) continue;
            cancel();
            standing.delete(notice);
          }
          emit("notice", told.heard.notice);
          standing.set(told.heard.notice, begin(told.heard));
          return;
        }
        case "vanished":
          void vanish(told.heard.notice);
          return;
      }
    },
    current: () => [...standing.keys()].find(drains) ?? [...standing.keys()][0] ?? null,
    stop() {
      for (const cancel of standing.values()) cancel();
    },
  };
}
