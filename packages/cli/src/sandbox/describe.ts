import { type Incident, outcomeWords, phraseOf } from "@spotkeeper/controller";
import type { IncidentEvent } from "./watch.ts";

/** Returns the subject of an incident: `i-0abc`, or the short id of a Fargate task. */
export const subjectOf = ({ subject }: Incident): string => {
  const last = subject.id.slice(subject.id.lastIndexOf("/") + 1);
  return subject.type === "task" ? `task ${last.slice(0, 12)}` : last;
};

const label = ({ labels }: Incident, name: string): string | null => {
  const value = labels[name];
  return typeof value === "string" ? value : null;
};

/** Returns its group, else its cluster, else its owner. */
export const homeOf = (body: Incident): string =>
  label(body, "group") ?? label(body, "cluster") ?? label(body, "owner") ?? "-";

export const typeOf = (body: Incident): string =>
  label(body, "instanceType") ?? (body.subject.type === "task" ? "fargate" : "-");

export const zoneOf = (body: Incident): string =>
  body.availabilityZone ?? label(body, "availabilityZone") ?? body.region ?? "-";

/** Names the most important of its signals. */
export function whyOf({ signals, action }: Incident): string {
  const kinds = new Set(signals.map(({ kind }) => kind));
  if (kinds.has("spot-interruption"))
    return `reclaim${action === null || action === "terminate" ? "" : ` (${action})`}`;
  if (kinds.has("fargate-spot-stop")) return "fargate stop";
  if (kinds.has("rebalance")) return "rebalance";
  return [...kinds].at(-1) ?? "-";
}

/** Describes the current step. */
export function stepOf(body: Incident): string {
  if (body.closedAt !== null) return body.outcome === null ? "closed" : outcomeWords(body.outcome);
  const open = [...body.steps, ...body.owed].filter(({ state }) => state === "waiting" || state === "intended");
  const step = open.find(({ startedAt, responder }) => startedAt !== null && phraseOf(responder) !== null);
  if (step !== undefined) return step.reason ?? phraseOf(step.responder) ?? step.responder;
  if (body.goneAt !== null) return "gone; settling";
  if (body.drainedAt !== null) return "drained; waiting for it to go";
  if (body.mode === "observe") return "observed, not ours to touch";
  if (open.length === 0) return "settling";
  if (open.some(({ responder }) => responder === "look-up")) return "looking it up";
  return body.deadline === null ? "watched: nothing to do yet" : "under way";
}

export const clockTime = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** Formats a duration as `1:05`, or as `+0:12` if the time has passed. */
export function countdown(ms: number): string {
  const seconds = Math.abs(Math.round(ms / 1_000));
  return `${ms < 0 ? "+" : ""}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const spare = (seconds: number): string =>
  seconds < 0 ? `${Math.ceil(-seconds)} s late` : `${Math.floor(seconds)} s to spare`;

/** Describes how an incident ended. */
export function endingOf(body: Incident): string {
  const { outcome, deadline, drainedAt, goneAt, servesAt } = body;
  const margin = deadline === null || drainedAt === null ? null : spare((deadline - drainedAt) / 1_000);
  const from = goneAt ?? deadline ?? body.openedAt;
  const replaced = servesAt === null ? null : `replaced ${Math.max(0, Math.round((servesAt - from) / 1_000))} s after`;
  return [outcome === null ? "open" : outcomeWords(outcome), margin, replaced]
    .filter((part) => part !== null)
    .join(", ");
}

/** Formats one event as a line, for a pipe. */
export function lineOf(event: IncidentEvent): string {
  const { at, body, is } = event;
  const head = `${clockTime(at)} ${is.padEnd(7)} ${subjectOf(body)}`;
  switch (is) {
    case "opened": {
      const left = body.deadline === null ? "no deadline" : `${countdown(body.deadline - at)} left`;
      return `${head} ${whyOf(body)}, ${homeOf(body)}, ${typeOf(body)} in ${zoneOf(body)}, ${left}`;
    }
    case "drained":
      return `${head} ${event.marginSeconds === null ? "no deadline" : spare(event.marginSeconds)}`;
    case "closed":
      return `${head} ${endingOf(body)}`;
  }
}
