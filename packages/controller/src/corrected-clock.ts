import type { Clock, Ms } from "./clock.ts";

/** Takes the times that AWS's answers contain. */
export interface TimeListener {
  /**
   * Called when a request begins. Returns a function that takes the answer's time (whole seconds), or null if it has
   * none.
   */
  asked(): (said: Ms | null) => void;
  /** A time stamp of AWS that lies in the past by AWS's clock. Used only until an answer has given the time. */
  stamped(at: Ms): void;
}

/** The machine's clock, corrected by AWS's time. All code that compares deadlines uses this clock. */
export interface CorrectedClock extends Clock, TimeListener {
  readonly steady: () => Ms;
  /**
   * How far the machine's clock is ahead of AWS's (negative: late); 0 while it is right, or while AWS's time is not
   * known.
   */
  ahead(): Ms;
}

/** Resolution of AWS's time, whole seconds: https://www.rfc-editor.org/rfc/rfc9110#field.date */
const RESOLUTION: Ms = 1_000;
/**
 * Smaller differences are not corrected: the round trip of a request blurs them, and every plan has a margin for them.
 */
const MIN_CORRECTION: Ms = 5_000;

/** Range in which the machine's clock is ahead, measured by one answer. */
interface SkewRange {
  readonly least: Ms;
  readonly most: Ms;
}

/**
 * Creates the clock that owns the skew. AWS's times decide, since events, deadlines and reclaims are AWS's. The first
 * answer is used at once; a later one that differs is used when the next one agrees, so that no single wrong answer
 * (e.g. of a proxy) moves the time. When the machine's clock is set: if that corrects the known error, the clock counts
 * as right; else time continues as before until the next answer, which is used at once. Timers run by elapsed time
 * whatever is corrected or set; code that wakes reads the time again.
 *
 *     machine   sent ─────────────── received
 *     AWS              date … + 1 s                  ahead is between sent − date − 1 s and received − date
 *
 * @param onChange called with how far the machine's clock is ahead, whenever that changes
 */
export function correctClock(machine: Clock, onChange: (ahead: Ms) => void): CorrectedClock {
  let ahead: Ms = 0;
  /** By how much the machine's clock was set forward since AWS's last answer. */
  let doubted: Ms = 0;
  let heard = false;
  let suspected: SkewRange | null = null;
  let timesSet = 0;
  let lastOffset = offsetOf(machine);

  const set = (next: Ms): void => {
    const corrected = Math.abs(next) < MIN_CORRECTION ? 0 : next;
    if (corrected === ahead) return;
    ahead = corrected;
    onChange(ahead);
  };

  const addMeasurement = (one: SkewRange): void => {
    const before = suspected;
    const first = !heard;
    heard = true;
    suspected = null;
    if (first) doubted = 0;
    if (contains(one, ahead, MIN_CORRECTION)) return;
    if (first || (before !== null && overlaps(before, one))) return set(Math.max(one.least, one.most - RESOLUTION / 2));
    suspected = one;
  };

  /** Detects that the machine's clock was set since the last call. Returns how often it was set so far. */
  const noticeSet = (): number => {
    const offset = offsetOf(machine);
    if (offset === null) return timesSet;
    const jump = offset - (lastOffset ?? offset);
    lastOffset = offset;
    if (Math.abs(jump) < MIN_CORRECTION) return timesSet;
    timesSet += 1;
    heard = false;
    suspected = null;
    if (Math.abs(ahead + jump) < MIN_CORRECTION) set(0);
    else doubted += jump;
    return timesSet;
  };

  const now = (): Ms => {
    noticeSet();
    return machine.now() - ahead - doubted;
  };

  return {
    now,
    steady: machine.steady ?? machine.now,
    sleep: (ms, signal) => machine.sleep(ms, signal),
    setTimer(at, fn) {
      noticeSet();
      return machine.setTimer(at + ahead + doubted, fn);
    },
    ahead: () => ahead,
    asked() {
      const before = noticeSet();
      const sent = machine.now();
      return (said) => {
        // A round trip during which the clock was set measures nothing.
        if (noticeSet() !== before || said === null) return;
        addMeasurement({ least: sent - said - RESOLUTION, most: machine.now() - said });
      };
    },
    stamped(at) {
      if (heard || now() >= at - MIN_CORRECTION) return;
      doubted = 0;
      set(machine.now() - at);
    },
  };
}

/**
 * Returns the difference between wall clock and monotonic clock; null if there is no monotonic clock, or if the process
 * was paused between the two reads.
 */
function offsetOf({ now, steady }: Clock): Ms | null {
  if (steady === undefined) return null;
  const before = steady();
  const hour = now();
  return steady() - before < RESOLUTION ? hour - before : null;
}

const contains = ({ least, most }: SkewRange, value: Ms, slack: Ms): boolean =>
  least - slack <= value && value <= most + slack;

const overlaps = (a: SkewRange, b: SkewRange): boolean =>
  a.least <= b.most + RESOLUTION && b.least <= a.most + RESOLUTION;
