import type { Clock, Ms } from "../../clock.ts";
import type { Pace, SendResult } from "../alert.ts";
import { LONGEST_REST, SEND_TAKES } from "./outbox.ts";

/** Failures in a row that open the circuit of a channel. */
const FAILURES = 5;
const FIRST_PAUSE: Ms = 30_000;
const LONGEST_PAUSE: Ms = 300_000;

/** Rate limit and circuit breaker of a channel. Times are of a clock that is never set. */
export interface ChannelLimit {
  /**
   * When the sends so far have used their share of the rate limit: each uses `every` (GCRA,
   * https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
   */
  readonly paidAt: Ms;
  /** Until when the service asked us to wait, for all alerts. */
  readonly restsUntil: Ms;
  /** Failures in a row. */
  readonly failures: number;
  /** The circuit is open until then; null while it is closed. */
  readonly openUntil: Ms | null;
  readonly pause: Ms;
  /** Until when the one trial send of an open circuit may be in progress; null means none. */
  readonly trialUntil: Ms | null;
}

export const UNLIMITED: ChannelLimit = {
  paidAt: 0,
  restsUntil: 0,
  failures: 0,
  openUntil: null,
  pause: FIRST_PAUSE,
  trialUntil: null,
};

/** Returns the earliest time, from `now` on, at which a send is allowed. Pure. */
export function freeAt(gate: ChannelLimit, pace: Pace | null, now: Ms): Ms {
  const paid = pace === null ? now : gate.paidAt - (pace.burst - 1) * pace.every;
  return Math.max(now, paid, gate.restsUntil, gate.openUntil ?? now, gate.trialUntil ?? now);
}

/** Counts a send that starts now. Pure. */
export const entered = (gate: ChannelLimit, pace: Pace | null, now: Ms): ChannelLimit => ({
  ...gate,
  paidAt: Math.max(gate.paidAt, now) + (pace?.every ?? 0),
  trialUntil: gate.openUntil === null ? null : now + SEND_TAKES,
});

/** Counts the result of a send. Pure. A refusal shows that the channel works. */
export function left(gate: ChannelLimit, result: SendResult, now: Ms): ChannelLimit {
  if (result.is !== "retry") return { ...gate, failures: 0, openUntil: null, pause: FIRST_PAUSE, trialUntil: null };
  const restsUntil = Math.max(gate.restsUntil, now + Math.min(LONGEST_REST, Math.ceil(result.after ?? 0)));
  const failures = gate.failures + 1;
  if (gate.openUntil === null) {
    const openUntil = failures >= FAILURES ? now + gate.pause : null;
    return { ...gate, restsUntil, failures, openUntil };
  }
  // Results of sends that started before the circuit opened do not count.
  if (gate.trialUntil === null) return { ...gate, restsUntil, failures };
  const pause = Math.min(LONGEST_PAUSE, gate.pause * 2);
  return { ...gate, restsUntil, failures, openUntil: now + pause, pause, trialUntil: null };
}

/** The limits of all channels, in memory: reset at a restart. */
export interface ChannelLimits {
  /**
   * Returns when a send is allowed: `now`, if at once.
   * @param now epoch milliseconds, as the caller has read it: a later reading would always be "not yet"
   */
  freeAt(channel: string, now: Ms): Ms;
  /** Reserves one send on each channel; returns false and reserves none if one of them must wait. */
  enter(channels: readonly string[]): boolean;
  /** Releases reserved sends that were not made. */
  leave(channels: readonly string[]): void;
  heard(channel: string, result: SendResult): void;
}

/** @param clock pauses are counted by its monotonic time: when the hour is set back, no channel is shut for it */
export function createChannelLimits(
  pace: (channel: string) => Pace | null,
  clock: Pick<Clock, "now" | "steady">,
): ChannelLimits {
  // Whole milliseconds, since times that follow from it are stored.
  const elapsed = (): Ms => Math.floor((clock.steady ?? clock.now)());
  const limits = new Map<string, ChannelLimit>();
  const of = (channel: string): ChannelLimit => limits.get(channel) ?? UNLIMITED;
  const wait = (channel: string, now: Ms): Ms => freeAt(of(channel), pace(channel), now) - now;
  return {
    freeAt: (channel, now) => now + wait(channel, elapsed()),
    enter(channels) {
      const now = elapsed();
      if (channels.some((channel) => wait(channel, now) > 0)) return false;
      for (const channel of channels) limits.set(channel, entered(of(channel), pace(channel), now));
      return true;
    },
    leave(channels) {
      for (const channel of channels) {
        const gate = of(channel);
        limits.set(channel, { ...gate, paidAt: gate.paidAt - (pace(channel)?.every ?? 0), trialUntil: null });
      }
    },
    heard: (channel, result) => void limits.set(channel, left(of(channel), result, elapsed())),
  };
}
