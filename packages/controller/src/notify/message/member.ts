import { threatOf, type Threat } from "../../decide/threat.ts";
import { unreadFactsOf } from "../../decide/unread-facts.ts";
import { clusterOf, type Facts, type Missing } from "../../enrich/facts.ts";
import type { Doc } from "../../model/doc.ts";
import type { Incident } from "../../model/incident.ts";
import type { Step } from "../../model/step.ts";
import type { SignalKind } from "../../model/signal.ts";
import type { AlertMember } from "../alert.ts";
import { clean, cleanOrNull } from "./clean.ts";
import type { Links } from "./links.ts";
import { type FindPhrase, isCutShort, phraseOf } from "./phrases.ts";

/** An incident with the facts about its subject; `facts` is null if nothing can be read (`explain`). */
export interface MemberSource {
  readonly doc: Doc<"incident">;
  readonly facts: Facts | null;
}

/** A member of an alert with the data that building the alert needs. */
export interface MemberDetail {
  readonly member: AlertMember;
  readonly threat: Threat;
  readonly body: Incident;
  readonly facts: Facts | null;
  /** All steps, including undo steps, with their phrases. */
  readonly steps: readonly StepDetail[];
}

export interface StepDetail {
  readonly step: Step;
  /** The phrase of its responder; null if alerts do not show it. */
  readonly phrase: string | null;
  /** Whether a person can do it by hand if it was abandoned. */
  readonly byHand: boolean;
  /** Whether it is an abandoned wait: the work continued. */
  readonly isCut: boolean;
}

/** Whether it is open, and was not called off: its tasks are in danger. */
export const isInDanger = ({ outcome, threat }: AlertMember): boolean => outcome === null && threat !== "cancelled";

/** Makes the member of an alert from an incident. Labels are used where the instance is no longer known. */
export function memberDetail({ doc, facts }: MemberSource, find: FindPhrase, links: Links): MemberDetail {
  const { body } = doc;
  const steps = [...body.steps, ...body.owed].map((step): StepDetail => ({
    step,
    phrase: phraseOf(find, step.responder),
    byHand: find(step.responder)?.byHand === true,
    isCut: isCutShort(step, find),
  }));
  const member: AlertMember = {
    incident: doc.key,
    subject: clean(body.subject.id),
    kinds: [...new Set<SignalKind>(body.signals.map((signal) => signal.kind))],
    threat: body.cancelledAt === null ? threatOf(body) : "cancelled",
    action: body.action,
    name: cleanOrNull(facts?.instance?.name ?? label(body, "name")),
    type: cleanOrNull(facts?.instance?.type ?? label(body, "instanceType")),
    availabilityZone: cleanOrNull(
      body.availabilityZone ?? facts?.instance?.availabilityZone ?? label(body, "availabilityZone"),
    ),
    group: cleanOrNull(facts?.groupName ?? label(body, "group")),
    cluster: cleanOrNull(clusterName(body, facts)),
    deadline: body.deadline,
    mode: body.mode,
    doing: steps.flatMap((one) => doingOf(one, body.mode === "dry-run")),
    // After the end, current facts do not show what was known during the drain.
    missing: (body.outcome === null ? (facts?.missing ?? []) : unreadFactsOf(body)).map((one): Missing => ({
      what: one.what,
      why: clean(one.why),
    })),
    standaloneTasks: Math.max(countTasks(facts, "standalone"), body.outcome === null ? 0 : ended(body)),
    daemonTasks: countTasks(facts, "daemon"),
    outcome: body.outcome,
    marginSeconds: body.deadline === null || body.drainedAt === null ? null : (body.deadline - body.drainedAt) / 1_000,
    replacedAfterSeconds: body.servesAt === null ? null : (body.servesAt - body.openedAt) / 1_000,
    link: links.incident(doc.key),
  };
  return { member, threat: threatOf(body), body, facts, steps };
}

function label(body: Incident, name: string): string | null {
  const value = body.labels[name];
  return typeof value === "string" ? value : null;
}

/** Returns the number of standalone tasks that ran there, which may not be known any more. */
const ended = ({ labels: { standaloneTasks } }: Incident): number =>
  typeof standaloneTasks === "number" ? standaloneTasks : 0;

function clusterName(body: Incident, facts: Facts | null): string | null {
  const arn = (facts === null ? null : clusterOf(facts)) ?? label(body, "cluster");
  return arn === null ? null : arn.slice(arn.lastIndexOf("/") + 1);
}

const countTasks = (facts: Facts | null, role: "standalone" | "daemon"): number =>
  (facts?.tasks ?? []).filter((task) => task.role === role).length;

function doingOf({ step, phrase }: StepDetail, dryRun: boolean): string[] {
  if (phrase === null) return [];
  const reason = step.reason === null ? "" : `: ${clean(step.reason)}`;
  switch (step.state) {
    case "done":
      return [`${phrase}: done`];
    case "abandoned":
      return [`${phrase}: could not${reason}`];
    case "skipped":
      if (dryRun) return [`would ${phrase}`];
      return step.reason === null ? [] : [`${phrase}: left out${reason}`];
    case "waiting":
    case "intended":
      return [step.attempts === 0 ? `${phrase}: to do` : `${phrase}: under way${reason}`];
  }
}
