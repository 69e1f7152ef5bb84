import type { Ms } from "../../clock.ts";
import type { Pace, SendResult } from "../alert.ts";
import { CALL_BOUND } from "./outbox.ts";

/** A channel that fails so often in a row is left alone. */
const FAILURES = 5;
const FIRST_PAUSE: Ms = 30_000;
const LONGEST_PAUSE: Ms = 300_000;

/** What a channel's gate remembers. All instants are epoch milliseconds. */
export interface Gate {
  /** When the sends so far are paid for: each costs `every` (GCRA, https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm). */
  readonly paidAt: Ms;
  /** As long as the other side asked us to wait, whichever alert it was about. */
  readonly restsUntil: Ms;
  /** Failures in a row. */
  readonly failures: number;
  /** The circuit is open until then; null while it is closed. */
  readonly openUntil: Ms | null;
  readonly pause: Ms;
  /** The one send that tries whether it works again is under way until then at the latest. */
  readonly trialUntil: Ms | null;
}

export const OPEN_GATE: Gate = {
  paidAt: 0,
  restsUntil: 0,
  failures: 0,
  openUntil: null,
  pause: FIRST_PAUSE,
  trialUntil: null,
};

/** Pure. The first instant, not before `now`, at which something may be sent. */
export function freeAt(gate: Gate, pace: Pace | null, now: Ms): Ms {
  const paid = pace === null ? now : gate.paidAt - (pace.burst - 1) * pace.every;
  return Math.max(now, paid, gate.restsUntil, gate.openUntil ?? now, gate.trialUntil ?? now);
}

/** Pure. Something is sent now. */
export const entered = (gate: Gate, pace: Pace | null, now: Ms): Gate => ({
  ...gate,
  paidAt: Math.max(gate.paidAt, now) + (pace?.every ?? 0),
  trialUntil: gate.openUntil === null ? null : now + CALL_BOUND,
});

/** Pure. What came of it. A refusal is an answer, too: what was sent was wrong, not the way there. */
export function left(gate: Gate, result: SendResult, now: Ms): Gate {
  if (result.is !== "retry") return { ...gate, failures: 0, openUntil: null, pause: FIRST_PAUSE, trialUntil: null };
  const restsUntil = Math.max(gate.restsUntil, now + Math.ceil(result.after ?? 0));
  const failures = gate.failures + 1;
  if (gate.openUntil === null) {
    const openUntil = failures >= FAILURES ? now + gate.pause : null;
    return { ...gate, restsUntil, failures, openUntil };
  }
  // Others that were under way when it opened say nothing new.
  if (gate.trialUntil === null) return { ...gate, restsUntil, failures };
  const pause = Math.min(LONGEST_PAUSE, gate.pause * 2);
  return { ...gate, restsUntil, failures, openUntil: now + pause, pause, trialUntil: null };
}

/** The gates of all channels, in memory: a restart begins with open ones. */
export interface Gates {
  freeAt(channel: string, now: Ms): Ms;
  /** Reserves one send each, or none at all: false where one of them has to wait after all. */
  enter(channels: readonly string[], now: Ms): boolean;
  /** What was reserved was not sent. */
  leave(channels: readonly string[]): void;
  heard(channel: string, result: SendResult, now: Ms): void;
}

export function createGates(pace: (channel: string) => Pace | null): Gates {
  const gates = new Map<string, Gate>();
  const of = (channel: string): Gate => gates.get(channel) ?? OPEN_GATE;
  const free = (channel: string, now: Ms): Ms => freeAt(of(channel), pace(channel), now);
  return {
    freeAt: free,
    enter(channels, now) {
      if (channels.some((channel) => free(channel, now) > now)) return false;
      for (const channel of channels) gates.set(channel, entered(of(channel), pace(channel), now));
      return true;
    },
    leave(channels) {
      for (const channel of channels) {
        const gate = of(channel);
        gates.set(channel, { ...gate, paidAt: gate.paidAt - (pace(channel)?.every ?? 0), trialUntil: null });
      }
    },
    heard: (channel, result, now) => void gates.set(channel, left(of(channel), result, now)),
  };
}
