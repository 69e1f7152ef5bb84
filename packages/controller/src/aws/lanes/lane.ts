import type { Clock, Ms } from "../../clock.ts";
import type { Limit } from "../limits.ts";
import { type Bucket, createBucket } from "./bucket.ts";
import { compareUrgency, type Urgency } from "./queue.ts";

/** Something that waits for its turn in a lane. */
export interface Candidate {
  /** Null: it has nothing to send now. */
  urgency(): Urgency | null;
  /** Whether it starts a call (which counts as in flight until `done`), or goes on with one (the next page). */
  readonly starts: boolean;
  /** Its turn: one request may leave now. */
  grant(): void;
}

/** The way to one request budget of AWS. */
export interface Lane {
  readonly bucket: Bucket;
  /** The lane of another budget that each request of this one is charged to as well. */
  readonly charged: Lane | null;
  /** Takes a token for a request of a lane that is charged to this one. */
  charge(): void;
  add(candidate: Candidate): void;
  remove(candidate: Candidate): void;
  /** Something may have changed: looks again within this tick, or at that instant. */
  look(at?: Ms): void;
  /**
   * How long a call that could take more with it is to wait for company: not at all while half of the bucket is left;
   * then longer the emptier it is, until each of the lane's lines waits as long as it takes for a token for all of them
   * to come back.
   */
  company(): Ms;
  /** A call that was started is over. */
  done(): void;
  idle(): boolean;
}

/** Calls of a lane under way at a time: enough to use a bucket up at AWS's usual latency, few enough to merge behind. */
const IN_FLIGHT = 20;
/** Half-empty calls that leave at once may use up the rest: a storm that comes within a second is then on its way. */
const SPARE = 0.5;
/** What reads leave in the bucket, as a share of it: a storm finds it so full for what its first actions wait for. */
const LEFT_BY_FOLLOWING_READS = 0.5;
const LEFT_BY_SWEEP = 0.75;
/** What other reads leave in a bucket that effects of another lane are charged to, so that no effect waits for a read. */
const LEFT_TO_EFFECTS = 0.1;

/**
 * Lets the most urgent candidate go whenever the bucket has a token and a place in flight is free.
 *
 * Nothing waits without need: what comes to an idle lane with tokens to spare leaves in the same tick, together with what
 * else came in it.
 */
export function createLane(limit: Limit, clock: Clock, random: () => number, charged: Lane | null = null): Lane {
  const bucket = createBucket(limit, clock.now(), random);
  const candidates = new Set<Candidate>();
  let inFlight = 0;
  let sharesWithEffects = false;
  let timer: { readonly at: Ms; readonly cancel: () => void } | null = null;

  const lookAt = (at: Ms): void => {
    if (timer !== null) {
      if (timer.at <= at) return;
      timer.cancel();
    }
    timer = { at, cancel: clock.setTimer(at, pump) };
  };

  const mostUrgent = (): { readonly candidate: Candidate; readonly urgency: Urgency } | null => {
    let best: { readonly candidate: Candidate; readonly urgency: Urgency } | null = null;
    for (const candidate of candidates) {
      if (candidate.starts && inFlight >= IN_FLIGHT) continue;
      const urgency = candidate.urgency();
      if (urgency !== null && (best === null || compareUrgency(urgency, best.urgency) < 0)) {
        best = { candidate, urgency };
      }
    }
    return best;
  };

  const left = ({ purpose, followsUp }: Urgency): number => {
    if (purpose === "sweep") return Math.floor(limit.capacity * LEFT_BY_SWEEP);
    if (purpose === "act") return 0;
    if (followsUp === true) return Math.floor(limit.capacity * LEFT_BY_FOLLOWING_READS);
    return sharesWithEffects ? Math.floor(limit.capacity * LEFT_TO_EFFECTS) : 0;
  };

  const pump = (): void => {
    timer = null;
    for (let best = mostUrgent(); best !== null; best = mostUrgent()) {
      const now = clock.now();
      const readyAt = Math.max(bucket.readyAt(1 + left(best.urgency), now), charged?.bucket.readyAt(1, now) ?? now);
      if (readyAt > now) return lookAt(readyAt);
      bucket.take(now);
      charged?.charge();
      if (best.candidate.starts) inFlight++;
      best.candidate.grant();
    }
  };

  return {
    bucket,
    charged,
    charge() {
      sharesWithEffects = true;
      bucket.take(clock.now());
    },
    add: (candidate) => void candidates.add(candidate),
    remove: (candidate) => void candidates.delete(candidate),
    // A timer rather than a microtask: all that happens at this instant goes into one call.
    look: (at = clock.now()) => lookAt(at),
    company() {
      const scarcity = 1 - bucket.tokens(clock.now()) / (limit.capacity * SPARE);
      const round = (1000 * candidates.size) / limit.refill;
      return scarcity <= 0 ? 0 : Math.ceil(round * scarcity);
    },
    done() {
      inFlight--;
      lookAt(clock.now());
    },
    idle: () => inFlight === 0 && candidates.size === 0,
  };
}
