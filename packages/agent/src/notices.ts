import type { Clock, Ms } from "./clock.ts";
import type { Drainer } from "./drain/drainer.ts";
import type { Emitter } from "./events.ts";
import type { Heard, Notice, NoticeKind } from "./notice.ts";
import type { Change } from "./watch/observe.ts";

export interface Notices {
  take(change: Change): void;
  /** The gravest notice that stands: of those that start a drain the first, else the first of all. */
  current(): Notice | null;
  stop(): void;
}

/** A scheduled event is told days ahead; a drain for it begins as late as one for a warning does, and not without a time. */
const AHEAD: Ms = 120_000;

/** What the notices of all sources come to: which are told, which start a drain and when, which end one. */
export const createNotices = (
  clock: Clock,
  drainOn: readonly NoticeKind[],
  drainer: Pick<Drainer, "drain" | "withdraw">,
  emit: Emitter["emit"],
): Notices => {
  /** What stands, and what cancels the drain that it is to start later. */
  const standing = new Map<Notice, (() => void) | null>();
  const drains = ({ kind }: Notice): boolean => kind === "signal" || drainOn.includes(kind);
  const first = (): Notice | undefined => [...standing].find(([one, waits]) => drains(one) && !waits)?.[0];

  const begin = (heard: Heard): void => {
    const { notice, deadline } = heard;
    const now = (): void => {
      standing.set(notice, null);
      if (drains(notice)) void drainer.drain(heard);
    };
    if (notice.kind === "scheduled-event" && drains(notice)) {
      standing.set(notice, clock.setTimer(deadline - AHEAD, now));
    } else now();
  };
  const vanish = async (heard: Heard, replaced: boolean): Promise<void> => {
    const { notice } = heard;
    standing.get(notice)?.();
    standing.delete(notice);
    const resumed = await drainer.withdraw(heard);
    if (!replaced) emit("cancelled", { notice, resumed });
  };

  return {
    take([heard, before]) {
      if (heard) {
        emit("notice", heard.notice);
        begin(heard);
      }
      if (before) void vanish(before, heard !== null);
    },
    current: () => first() ?? [...standing.keys()][0] ?? null,
    stop() {
      for (const cancel of standing.values()) cancel?.();
    },
  };
};
