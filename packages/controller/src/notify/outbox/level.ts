import type { ServiceImpact } from "../../enrich/facts.ts";
import type { AlertLevel } from "../../model/alert.ts";
import type { AlertMember, AlertModel } from "../alert.ts";

const SEVERITY: { readonly [S in AlertModel["severity"]]: number } = { info: 0, warning: 1, critical: 2 };

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

/** Whether it is worse in any way than it was. */
export const isWorse = (now: AlertLevel, before: AlertLevel): boolean =>
  now.severity > before.severity ||
  now.members > before.members ||
  now.ending > before.ending ||
  now.low > before.low ||
  now.empty > before.empty;
