import type { Ms } from "../../clock.ts";
import { isAnnouncement, isWarning } from "../../signal/kind-queries.ts";
import type { Plan } from "../../decide/plan.ts";
import { memberTag } from "../../notify/join.ts";
import type { Doc } from "../../model/doc.ts";
import type { Incident } from "../../model/incident.ts";
import type { Step } from "../../model/step.ts";
import { WOULD } from "../responder.ts";
import { isSettled, settle } from "../machine/steps.ts";

type IncidentDoc = Doc<"incident">;

const OVER = "the dry run is over";

/**
 * Handles an incident that was planned in a dry run when the policy now acts. It ends without effects. If a new notice
 * came since, the dry run's steps are removed and the notice is handled for real. Returns null if the incident is no
 * dry run, or still one.
 *
 *     warned ─ would deregister ┊ real ─▶ closed: dry-run
 *     recommended ─ would drain ┊ real ─ warned ─▶ drained, by a plan and in an alert of its own
 */
export function dryRunOver(doc: IncidentDoc, mode: Plan["mode"], now: Ms): IncidentDoc | null {
  const { body } = doc;
  if (body.mode !== "dry-run" || mode === "dry-run") return null;
  const saidAt = lastSaid(body);
  if (saidAt === null || saidAt >= now) return null;
  const isNew = body.signals.some(({ kind, receivedAt }) => receivedAt > saidAt && tellsToGo(kind));
  if (!isNew) return { ...doc, body: { ...body, steps: body.steps.map((step) => over(step, now)) } };
  const joined = new Set(body.alerts.map(({ key, generation }) => memberTag(key, generation)));
  const tags = doc.tags.filter((tag) => !joined.has(tag));
  return { ...doc, tags, body: { ...body, steps: [], alerts: [], mode: "act", plannedFrom: null } };
}

/** Returns when the dry run last reported what it would do, or finished its look-up; null means not yet. */
function lastSaid({ steps }: Incident): Ms | null {
  const said = steps.flatMap(({ id, reason, settledAt }) =>
    settledAt !== null && (reason === WOULD || id === "look-up") ? [settledAt] : [],
  );
  return said.length === 0 ? null : Math.max(...said);
}

const tellsToGo = (kind: Incident["signals"][number]["kind"]): boolean =>
  isWarning(kind) || isAnnouncement(kind) || kind === "lifecycle-terminating";

const over = (step: Step, now: Ms): Step => (isSettled(step) ? step : settle(step, "skipped", OVER, now));
