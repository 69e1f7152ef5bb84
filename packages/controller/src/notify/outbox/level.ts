import type { Ms } from "../../clock.ts";
import type { ServiceImpact } from "../../enrich/facts.ts";
import type { AlertLevel, Send } from "../../model/alert.ts";
import type { AlertMember, AlertModel } from "../alert.ts";

const SEVERITY: { readonly [S in AlertModel["severity"]]: number } = { info: 0, warning: 1, critical: 2 };

/**
 * How long it has to be better before the same again notifies people again. A service whose tasks start and stop by the
 * minute would notify each time, and use up the alerts that are left for what is new (channels/support/raised.ts).
 */
const EASED_FOR: Ms = 600_000;

/** Whether a member's end is certain, or it may come, or not. */
export type Outlook = "ends" | "may-end" | "stays";

export function outlookOf({ threat }: Pick<AlertMember, "threat">): Outlook {
  switch (threat) {
    case "reclaim":
    case "task-stop":
    case "ending":
    case "termination":
      return "ends";
    case "scheduled":
    case "recommendation":
      return "may-end";
    case "warm-pool":
    case "launch":
    case "none":
    case "cancelled":
      return "stays";
  }
}

/** Whether the interruptions bring a service below its minimum. */
export const isLow = ({ belowMinimum, doomed }: ServiceImpact): boolean => belowMinimum && doomed > 0;

/** Returns how bad it is, by the content of an alert. */
export function levelOf({
  severity,
  members,
  impact,
}: Pick<AlertModel, "severity" | "members" | "impact">): AlertLevel {
  const low = impact.filter(isLow);
  return {
    severity: SEVERITY[severity],
    members: members.length,
    ending: members.filter((member) => outlookOf(member) === "ends").length,
    low: low.length,
    empty: low.filter(({ survives }) => survives === 0).length,
  };
}

/** Whether people have to be notified again on a channel, and not only shown the changed message. */
export function isRaised(
  now: AlertLevel,
  send: Pick<Send, "level" | "eased">,
  phase: AlertModel["phase"],
  at: Ms,
): boolean {
  // The outcome comes once, and may be the first that people hear of a deadline that passed.
  const before = phase === "outcome" ? (send.eased?.level ?? send.level) : reference(send, at);
  return before !== undefined && isWorse(now, before);
}

/** Returns what a send keeps of how bad it is, after a message that reported `now`. Pure. */
export function levelAfter(
  now: AlertLevel,
  send: Pick<Send, "level" | "eased">,
  at: Ms,
): Required<Pick<Send, "level">> & Pick<Send, "eased"> {
  const before = reference(send, at);
  const level = before === undefined ? now : worst(now, before);
  if (!isWorse(level, now)) return { level };
  const goesOn = before === send.level ? send.eased : undefined;
  const eased = goesOn === undefined ? { level: now, since: at } : { ...goesOn, level: worst(now, goesOn.level) };
  return { level, eased };
}

/** Returns what has to be exceeded to notify people again. */
const reference = ({ level, eased }: Pick<Send, "level" | "eased">, at: Ms): AlertLevel | undefined =>
  eased !== undefined && at - eased.since >= EASED_FOR ? eased.level : level;

function worst(a: AlertLevel, b: AlertLevel): AlertLevel {
  const of = (name: keyof AlertLevel): number => Math.max(a[name], b[name]);
  return { severity: of("severity"), members: of("members"), ending: of("ending"), low: of("low"), empty: of("empty") };
}

/** Whether it is worse in any way than it was. */
const isWorse = (now: AlertLevel, before: AlertLevel): boolean =>
  now.severity > before.severity ||
  now.members > before.members ||
  now.ending > before.ending ||
  now.low > before.low ||
  now.empty > before.empty;
