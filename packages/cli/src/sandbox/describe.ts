import { type Incident, phraseOf } from "@spotkeeper/controller";
import type { Happening } from "./watch.ts";

/** Of what an incident is: `i-0abc`, or the short id of a Fargate task. */
export const subjectOf = ({ subject }: Incident): string => {
  const last = subject.id.slice(subject.id.lastIndexOf("/") + 1);
  return subject.type === "task" ? `task ${last.slice(0, 12)}` : last;
};

const label = ({ labels }: Incident, name: string): string | null => {
  const value = labels[name];
  return typeof value === "string" ? value : null;
};

/** Where it belongs: its group, else its cluster, else who manages it. */
export const homeOf = (body: Incident): string =>
  label(body, "group") ?? label(body, "cluster") ?? label(body, "owner") ?? "-";

export const typeOf = (body: Incident): string =>
  label(body, "instanceType") ?? (body.subject.type === "task" ? "fargate" : "-");

export const zoneOf = (body: Incident): string =>
  body.availabilityZone ?? label(body, "availabilityZone") ?? body.region ?? "-";

/** The most telling of its signals. */
export function whyOf({ signals, action }: Incident): string {
  const kinds = new Set(signals.map(({ kind }) => kind));
  if (kinds.has("spot-interruption"))
    return `reclaim${action === null || action === "terminate" ? "" : ` (${action})`}`;
  if (kinds.has("fargate-spot-stop")) return "fargate stop";
  if (kinds.has("rebalance")) return "rebalance";
  return [...kinds].at(-1) ?? "-";
}

/** The step that it is in, as people read it. */
export function stepOf(body: Incident): string {
  if (body.closedAt !== null) return body.outcome ?? "closed";
  const open = [...body.steps, ...body.owed].filter(({ state }) => state === "waiting" || state === "intended");
  const step = open.find(({ startedAt, responder }) => startedAt !== null && phraseOf(responder) !== null);
  if (step !== undefined) return step.reason ?? phraseOf(step.responder) ?? step.responder;
  if (body.goneAt !== null) return "gone; settling";
  if (body.drainedAt !== null) return "drained; waiting for it to go";
  if (body.mode === "observe") return "observed, not ours to touch";
  return open.length === 0 ? "settling" : "looking it up";
}

export const clockTime = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** `1:05`, or `+0:12` for what is over. */
export function countdown(ms: number): string {
  const seconds = Math.abs(Math.round(ms / 1_000));
  return `${ms < 0 ? "+" : ""}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const spare = (seconds: number): string =>
  seconds < 0 ? `${Math.ceil(-seconds)} s late` : `${Math.floor(seconds)} s to spare`;

/** How it ended, in a few words. */
export function endingOf(body: Incident): string {
  const { outcome, deadline, drainedAt, goneAt, servesAt } = body;
  const margin = deadline === null || drainedAt === null ? null : spare((deadline - drainedAt) / 1_000);
  const from = goneAt ?? deadline ?? body.openedAt;
  const replaced = servesAt === null ? null : `replaced ${Math.max(0, Math.round((servesAt - from) / 1_000))} s after`;
  return [outcome ?? "open", margin, replaced].filter((part) => part !== null).join(", ");
}

/** One line for a pipe. */
export function lineOf(happening: Happening): string {
  const { at, body, is } = happening;
  const head = `${clockTime(at)} ${is.padEnd(7)} ${subjectOf(body)}`;
  switch (is) {
    case "opened": {
      const left = body.deadline === null ? "no deadline" : `${countdown(body.deadline - at)} left`;
      return `${head} ${whyOf(body)}, ${homeOf(body)}, ${typeOf(body)} in ${zoneOf(body)}, ${left}`;
    }
    case "drained":
      return `${head} ${happening.marginSeconds === null ? "no deadline" : spare(happening.marginSeconds)}`;
    case "closed":
      return `${head} ${endingOf(body)}`;
  }
}
