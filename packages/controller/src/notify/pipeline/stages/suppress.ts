import { NO_FACTS } from "../../../decide/decide.ts";
import { surelyMatches } from "../../../decide/match.ts";
import { wildcard } from "../../../model/matcher.ts";
import { type Affected, affectedBy } from "../../message/affected.ts";
import { endOf, isWithin } from "../time-window.ts";
import { untilText } from "../until-text.ts";
import type { StageInput, Passing, Stage } from "../stage.ts";
import type { SuppressionReason } from "../../../model/alert.ts";
import { suppressAll, suppressEach } from "./suppress-members.ts";

/**
 * Suppresses incidents during maintenance, or with too small an impact. The impact is decided for all doomed instances
 * together, so that two simultaneous losses are reported even if each alone would not be. It is never used if facts are
 * missing, or after the alert was delivered.
 */
export const suppress: Stage = (passing, input) => {
  const left = duringMaintenance(passing, input);
  if (input.delivered || left.members.length === 0) return left;
  const affected = affectedBy(left.members);
  if (affected === null) return left;
  for (const { code, text, holds } of CHECKS) if (holds(affected, input)) return suppressAll(left, code, text);
  return left;
};

function duringMaintenance(passing: Passing, input: StageInput): Passing {
  return suppressEach(passing, input, "maintenance", ({ doc, facts }, at) => {
    const found = input.suppress.maintenance.find(
      (window) => isWithin(window, at) && surelyMatches(window.match, doc.body, facts ?? NO_FACTS),
    );
    return found === undefined ? null : `during maintenance (${found.name})${untilText(endOf(found, at))}`;
  });
}

interface Check {
  readonly code: SuppressionReason;
  readonly text: string;
  readonly holds: (affected: Affected, input: StageInput) => boolean;
}

const CHECKS: readonly Check[] = [
  {
    code: "nothing-affected",
    text: "nothing runs there that anybody would miss",
    holds: ({ services, standalone, daemons, balanced }, { suppress: { nothingAffected } }) =>
      nothingAffected && services.length + standalone + daemons === 0 && !balanced,
  },
  {
    code: "daemons-only",
    text: "only daemons run there",
    holds: ({ services, standalone, daemons, balanced }, { suppress: { daemonsOnly } }) =>
      daemonsOnly && daemons > 0 && services.length + standalone === 0 && !balanced,
  },
  {
    code: "not-critical",
    text: "no critical service runs there",
    holds: ({ services }, { suppress: { criticalServices } }) =>
      criticalServices.length > 0 &&
      !services.some(({ name }) => criticalServices.some((one) => wildcard(one).test(name))),
  },
  { code: "capacity-left", text: "enough capacity is left", holds: keepsEnough },
];

/** Whether enough capacity is left. A standalone task is always a loss. */
function keepsEnough({ services, standalone, clusters }: Affected, input: StageInput): boolean {
  const { sufficientCapacity: least } = input.suppress;
  if (least === null || standalone > 0) return false;
  if (least >= 1) return clusters.length > 0 && clusters.every((cluster) => input.activeIn(cluster) >= least);
  return (
    services.length > 0 &&
    services.every(({ impact }) => impact !== null && impact.survives >= Math.ceil(impact.desired * least - 1e-9))
  );
}
