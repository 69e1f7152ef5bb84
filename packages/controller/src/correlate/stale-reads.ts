import type { Ms } from "../clock.ts";
import type { Incident, SignalRef } from "../model/incident.ts";
import type { Plain } from "../model/plain.ts";
import { isInstanceListed } from "../signal/kind-queries.ts";
import { episodeOf } from "./episode.ts";

/**
 * How long EC2's reads may be stale: AWS names no limit, and recommends retries for up to five minutes. That an
 * instance is not found "does not mean the instance does not exist".
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export const READS_LAG: Ms = 300_000;

/** Final states: an instance never leaves them, so an answer with one of them cannot be stale. */
const FINAL: ReadonlySet<string> = new Set(["shutting-down", "terminated"]);

/** EC2's answer about an instance: its state (null means not found), and the time of the request. */
export interface Ec2Answer {
  readonly state: string | null;
  readonly asked: Ms;
}

/**
 * Returns when a signal was sent. Of an agent's signal the time of receipt is used, since the instance's clock may be
 * wrong.
 */
const mentionedAt = ({ source, at, receivedAt }: SignalRef): Ms =>
  source === "agent" ? receivedAt : Math.min(at, receivedAt);

/** Returns the time of the newest signal that proves that EC2 listed the instance; null if there is none. */
export function lastMentionedAt({ signals }: Pick<Incident, "signals">): Ms | null {
  const times = signals.filter(({ kind }) => isInstanceListed(kind)).map(mentionedAt);
  return times.length === 0 ? null : Math.max(...times);
}

/**
 * Whether EC2's answer "not found" or "stopped" may be stale: it was given less than `READS_LAG` after a signal that
 * proves that the instance existed. After the deadline a stopped instance is expected.
 */
export function mayBeStale({ state, asked }: Ec2Answer, incident: Incident): boolean {
  if (state !== null && (FINAL.has(state) || (incident.deadline !== null && asked >= incident.deadline))) return false;
  const named = lastMentionedAt(incident);
  return named !== null && asked < named + READS_LAG;
}

/**
 * Whether the incident's conclusion "gone" rests on an answer of EC2 that later signals contradict, e.g. a warning of
 * an instance that EC2 did not list yet.
 */
export function isGoneDisproved(incident: Incident): boolean {
  const gone = incident.steps.find(({ responder, state }) => responder === "verify-gone" && state === "done");
  const answered = answeredIn(gone?.receipt ?? null);
  return answered !== null && episodeOf(incident).ended === null && mayBeStale(answered, incident);
}

/**
 * Reads EC2's answer from the receipt of verify-gone; returns null if the instance is not gone, or if this was not read
 * from EC2.
 */
function answeredIn(receipt: Plain): Ec2Answer | null {
  if (receipt === null || typeof receipt !== "object" || !("gone" in receipt) || receipt.gone !== true) return null;
  if (!("asked" in receipt) || typeof receipt.asked !== "number") return null;
  const state = "state" in receipt && typeof receipt.state === "string" ? receipt.state : null;
  return { state, asked: receipt.asked };
}

/** Responders that only observe the instance; they run again if their result is revoked. */
const SEEN: ReadonlySet<string> = new Set(["look-up", "verify-gone", "verify-replacement"]);

/** Removes the conclusion "gone" and all observations from the incident of an instance that exists after all. */
export const resetGone = (incident: Incident): Incident => ({
  ...incident,
  goneAt: null,
  servesAt: null,
  steps: incident.steps.filter(({ responder }) => !SEEN.has(responder)),
});
