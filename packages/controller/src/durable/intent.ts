import type { Ms } from "../clock.ts";

/**
 * What a repetition of a call does, if nobody knows whether the first call was made.
 *
 * - `safe`: the same effect again; nothing is written before the call
 * - `token`: the other side recognizes it by a key that both calls carry
 * - `verify`: a second effect, but it can be verified whether the first happened
 * - `at-most-once`: a second effect, and the first cannot be verified
 */
export type Repeat = "safe" | "token" | "verify" | "at-most-once";

/**
 * Returns a task as it is committed before its call. No other worker begins or verifies it before the call has ended for
 * sure. It is committed before each attempt, so that of several workers that find an abandoned intent only one continues.
 * Pure.
 *
 *     A  load v5 ─ commit v6: intended ✓ ─ call ─ commit v7: its result
 *     B  load v5 ─── commit v6 ✗ ─ load v6: intended, not due yet
 *     A dies during its call; after `retryAt`:
 *     C  load v6 ─ commit v7: intended ✓ ─ what `whenNoResult` says ─ commit v8: its result
 *     D  load v6 ─── commit v7 ✗ ─ load v7: intended, not due yet
 *
 * @param callTakes longest duration of the call and everything that belongs to it
 */
export const intend = <T extends { readonly retryAt: Ms | null }>(
  task: T,
  now: Ms,
  callTakes: Ms,
): Omit<T, "state"> & { readonly state: "intended"; readonly retryAt: Ms } => ({
  ...task,
  state: "intended",
  retryAt: now + callTakes,
});

/**
 * Returns what to do with an intent that is past its `retryAt` and has no result, because its worker died or could not
 * store it. Pure.
 */
export function whenNoResult(repeat: Repeat): "repeat" | "verify" | "give-up" {
  switch (repeat) {
    case "safe":
    case "token":
      return "repeat";
    case "verify":
      return "verify";
    case "at-most-once":
      return "give-up";
  }
}
