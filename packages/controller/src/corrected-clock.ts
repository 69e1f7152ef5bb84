import type { Clock, Ms } from "./clock.ts";

/** Takes what AWS says of the hour. */
export interface Hearing {
  /** Begins with one request; what it returns takes the instant that the answer says (whole seconds), or null for none. */
  asked(): (said: Ms | null) => void;
  /** AWS had stamped something with this instant already. Counts until an answer has said the hour. */
  stamped(at: Ms): void;
}

/** The machine's clock, corrected by what AWS says: everything that judges deadlines is given this one. */
export interface CorrectedClock extends Clock, Hearing {
  /** How far the machine's clock is ahead of AWS's (behind: below 0); 0 while it is right, or nothing was heard. */
  ahead(): Ms;
}

/** AWS says whole seconds: https://www.rfc-editor.org/rfc/rfc9110#field.date */
const SAID_TO: Ms = 1_000;
/** Less is not corrected: the way there and back blurs it, and the margin of every plan has room for it. */
const WRONG_FROM: Ms = 5_000;

/** How far ahead the machine's clock may be by one answer. */
interface Ahead {
  readonly least: Ms;
  readonly most: Ms;
}

/**
 * The one owner of the skew. AWS's instants decide: events, deadlines and reclaims are AWS's. The first answer counts at
 * once; a later one that differs counts when the next says the same, so that no single answer of something in between
 * moves the time. Where somebody sets the machine's clock, it is right if that mends what was known to be wrong; else time
 * goes on as before until the next answer, which counts at once. Timers run on evenly whatever is corrected or set: who
 * wakes looks again.
 *
 *     machine   sent ─────────────── received
 *     AWS              date … + 1 s                  ahead is between sent − date − 1 s and received − date
 *
 * @param onChange told how far the machine's clock is ahead, whenever that becomes another
 */
export function correctClock(machine: Clock, onChange: (ahead: Ms) => void): CorrectedClock {
  let ahead: Ms = 0;
  /** What somebody has set the machine's clock on by, while AWS has said nothing since. */
  let doubted: Ms = 0;
  let heard = false;
  let suspected: Ahead | null = null;
  let timesSet = 0;
  let lastOffset = offsetOf(machine);

  const set = (next: Ms): void => {
    const corrected = Math.abs(next) < WRONG_FROM ? 0 : next;
    if (corrected === ahead) return;
    ahead = corrected;
    onChange(ahead);
  };

  const learn = (one: Ahead): void => {
    const before = suspected;
    const first = !heard;
    heard = true;
    suspected = null;
    if (first) doubted = 0;
    if (contains(one, ahead, WRONG_FROM)) return;
    if (first || (before !== null && overlaps(before, one))) return set(Math.max(one.least, one.most - SAID_TO / 2));
    suspected = one;
  };

  /** Notices that somebody has set the machine's clock since the last call. Returns how often that was. */
  const noticeSet = (): number => {
    const offset = offsetOf(machine);
    if (offset === null) return timesSet;
    const jump = offset - (lastOffset ?? offset);
    lastOffset = offset;
    if (Math.abs(jump) < WRONG_FROM) return timesSet;
    timesSet += 1;
    heard = false;
    suspected = null;
    if (Math.abs(ahead + jump) < WRONG_FROM) set(0);
    else doubted += jump;
    return timesSet;
  };

  const now = (): Ms => {
    noticeSet();
    return machine.now() - ahead - doubted;
  };

  return {
    now,
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
        // A way that lasted while somebody set the clock measures nothing.
        if (noticeSet() !== before || said === null) return;
        learn({ least: sent - said - SAID_TO, most: machine.now() - said });
      };
    },
    stamped(at) {
      if (heard || now() >= at - WRONG_FROM) return;
      doubted = 0;
      set(machine.now() - at);
    },
  };
}

/** How far the hour is from what runs evenly; null where nobody can set it, or where the process stood still meanwhile. */
function offsetOf({ now, steady }: Clock): Ms | null {
  if (steady === undefined) return null;
  const before = steady();
  const hour = now();
  return steady() - before < SAID_TO ? hour - before : null;
}

const contains = ({ least, most }: Ahead, value: Ms, slack: Ms): boolean =>
  least - slack <= value && value <= most + slack;

const overlaps = (a: Ahead, b: Ahead): boolean => a.least <= b.most + SAID_TO && b.least <= a.most + SAID_TO;
