import type { Call } from "./call-recorder.ts";
import type { Ms } from "./operation.ts";
import type { ThrottleRule } from "./throttle-rules.ts";

/** Returns the rules whose buckets a call uses. */
export function rulesFor(
  rules: readonly ThrottleRule[],
  call: Pick<Call, "service" | "operation" | "mutating" | "input">,
): readonly ThrottleRule[] {
  return rules.filter((rule) => {
    if (rule.service !== call.service) return false;
    if (rule.when !== undefined && !rule.when(call.input)) return false;
    if (rule.operations === "all") return true;
    if (rule.operations === "mutating") return call.mutating;
    if (rule.operations === "non-mutating") return !call.mutating;
    return rule.operations.includes(call.operation);
  });
}

/**
 * Returns the least time in seconds in which a bucket that is full at first gives `tokens`.
 *
 * @example floorSeconds({ capacity: 100, refill: 40 }, 500) // 10
 */
export function floorSeconds(bucket: Pick<ThrottleRule, "capacity" | "refill">, tokens: number): number {
  return Math.max(0, tokens - bucket.capacity) / bucket.refill;
}

export interface Throttle {
  /**
   * Takes the cost of a call from all its buckets and returns null. If one has too few tokens, takes nothing and
   * returns the name of that bucket.
   */
  take(call: Call, now: Ms): string | null;
}

interface Bucket {
  tokens: number;
  at: Ms;
}

/**
 * Creates token buckets by account and region. They refill continuously, and a refused call costs nothing (both
 * assumed: AWS says that tokens are added every second).
 */
export function createThrottle(rules: readonly ThrottleRule[]): Throttle {
  const buckets = new Map<string, Bucket>();

  const bucketAt = (rule: ThrottleRule, call: Call, now: Ms): Bucket => {
    const key = `${call.account}:${call.region}:${rule.name}${rule.each ? `:${call.operation}` : ""}`;
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = { tokens: rule.capacity, at: now };
      buckets.set(key, bucket);
    }
    bucket.tokens = Math.min(rule.capacity, bucket.tokens + ((now - bucket.at) / 1000) * rule.refill);
    bucket.at = now;
    return bucket;
  };

  return {
    take(call, now) {
      const drawn = rulesFor(rules, call).map((rule) => ({
        name: rule.name,
        bucket: bucketAt(rule, call, now),
        cost: rule.cost?.(call.input) ?? 1,
      }));
      // Tolerate rounding: a bucket that gets 0.1 tokens a step must give one token after ten steps.
      const lacking = drawn.find(({ bucket, cost }) => bucket.tokens < cost - 1e-9);
      if (lacking !== undefined) return lacking.name;
      for (const { bucket, cost } of drawn) bucket.tokens -= cost;
      return null;
    },
  };
}
