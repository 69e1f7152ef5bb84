import type { Ms } from "../clock.ts";
import type { Incident, SignalRef } from "../model/incident.ts";
import type { Plain } from "../model/plain.ts";
import { isWhileKnown } from "../signal/says.ts";
import { episodeOf } from "./episode.ts";

/**
 * How long EC2's reads may lag behind what has happened: AWS tells no bound, and advises to ask again for up to five minutes.
 * That an instance is not found "does not mean the instance does not exist".
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export const READS_LAG: Ms = 300_000;

/** No instance comes back from these, so that an answer of before cannot show them. */
const FINAL: ReadonlySet<string> = new Set(["shutting-down", "terminated"]);

/** What EC2 answered when it was asked for an instance; a state of null: it knows none. */
export interface Answered {
  readonly state: string | null;
  readonly asked: Ms;
}

/** An agent's time is by the clock of its instance, which may be wrong. */
const saidAt = ({ source, at, receivedAt }: SignalRef): Ms =>
  source === "agent" ? receivedAt : Math.min(at, receivedAt);

/** When AWS, or an agent on it, last spoke of an instance that EC2 must know; null: nobody has. */
export function namedAt({ signals }: Pick<Incident, "signals">): Ms | null {
  const times = signals.filter(({ kind }) => isWhileKnown(kind)).map(saidAt);
  return times.length === 0 ? null : Math.max(...times);
}

/**
 * Whether EC2's answer that there is no such instance, or that it has stopped, may be of before: it was given no later than
 * reads may lag after somebody spoke of the instance. One that stops at its deadline was to stop.
 */
export function maybeBefore({ state, asked }: Answered, incident: Incident): boolean {
  if (state !== null && (FINAL.has(state) || (incident.deadline !== null && asked >= incident.deadline))) return false;
  const named = namedAt(incident);
  return named !== null && asked < named + READS_LAG;
}

/**
 * Whether the instance was taken for gone by an answer of EC2 that AWS's word has overtaken since: a warning of an instance
 * that EC2 did not know yet, for example.
 */
export function isOvertaken(incident: Incident): boolean {
  const gone = incident.steps.find(({ responder, state }) => responder === "verify-gone" && state === "done");
  const answered = answeredIn(gone?.receipt ?? null);
  return answered !== null && episodeOf(incident).ended === null && maybeBefore(answered, incident);
}

/** Null: that it has gone was not read from EC2, or is not so. */
function answeredIn(receipt: Plain): Answered | null {
  if (receipt === null || typeof receipt !== "object" || !("gone" in receipt) || receipt.gone !== true) return null;
  if (!("asked" in receipt) || typeof receipt.asked !== "number") return null;
  const state = "state" in receipt && typeof receipt.state === "string" ? receipt.state : null;
  return { state, asked: receipt.asked };
}

/** What looks at the instance, and is looked at anew where what it saw does not hold. */
const SEEN: ReadonlySet<string> = new Set(["look-up", "verify-gone", "verify-replacement"]);

/** The incident of an instance that is there after all: what was seen of it, and of its end, is of the past. */
export const livesOn = (incident: Incident): Incident => ({
  ...incident,
  goneAt: null,
  servesAt: null,
  steps: incident.steps.filter(({ responder }) => !SEEN.has(responder)),
});
