import type { Clock, Ms } from "../../clock.ts";
import type { Limit } from "../limits.ts";
import { type Bucket, createBucket } from "./bucket.ts";
import { compareUrgency, type Urgency } from "./queue.ts";

/** A call that waits in a lane. */
export interface Candidate {
  /** Returns its urgency; null means it has nothing to send now. */
  urgency(): Urgency | null;
  /** Whether it starts a call (in flight until `done`), or continues one (the next page). */
  readonly starts: boolean;
  /** Called when one request may be sent. */
  grant(): void;
}

/** The queue of one request budget of AWS. */
export interface Lane {
  readonly bucket: Bucket;
  /** The lane of another budget to which each request is also charged. */
  readonly charged: Lane | null;
  /** Takes a token for a request of another lane. */
  charge(): void;
  add(candidate: Candidate): void;
  remove(candidate: Candidate): void;
  /** Checks the candidates again in this tick, or at the given time. */
  look(at?: Ms): void;
  /**
   * Returns how long a batch that is not full waits for more items: 0 while half of the bucket is left; then longer the
   * emptier it is, up to the time in which one token for each line of the lane is refilled.
   */
  company(): Ms;
  /** Reports the end of a started call. */
  done(): void;
  idle(): boolean;
}

/**
 * Maximum number of calls of a lane in flight: enough to use the whole bucket at AWS's usual latency, and few enough
 * that waiting calls are merged.
 */
const IN_FLIGHT = 20;
/**
 * Share of the bucket that batches which are not full may use without waiting, so that the calls of a storm are sent
 * within a second.
 */
const SPARE = 0.5;
/** Share of the bucket that reads with `followsUp` leave, for the reads before first actions in a storm. */
const LEFT_BY_FOLLOWING_READS = 0.5;
const LEFT_BY_SWEEP = 0.75;
/**
 * Share of the bucket that other reads leave, if effects of another lane are charged to it, so that no effect waits for
 * a read.
 */
const LEFT_TO_EFFECTS = 0.1;

/**
 * Creates a lane. It sends the most urgent candidate whenever the bucket has a token and fewer than `IN_FLIGHT` calls
 * are in flight.
 *
 * Nothing waits unnecessarily: calls to an idle lane with enough tokens are sent in the same tick, together.
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
    // A timer, not a microtask, so that all requests of this moment are in one call.
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
