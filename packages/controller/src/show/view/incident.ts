import type { Doc } from "../../model/doc.ts";
import type { Incident } from "../../model/incident.ts";
import type { Key } from "../../model/key.ts";
import type { Plain } from "../../model/plain.ts";
import type { Step } from "../../model/step.ts";
import { findResponder } from "../../respond/responders/index.ts";
import { wordsOf } from "../../respond/words.ts";
import { isSettled } from "../../respond/machine/steps.ts";
import { firstActionSeconds, noticeOf } from "../../correlate/notice.ts";
import { idOf } from "./id.ts";
import type { IncidentView, StepView } from "./schema.ts";
import { secondsBetween, timeOf, timeOrNull } from "./time.ts";

type Known = Pick<Doc<"incident">, "key" | "body">;

/** Makes the view of an incident for lists and live readers, without lifecycle tokens and receipts. */
export function summaryView({ key, body }: Known): IncidentView {
  const { labels } = body;
  const all = [...body.steps, ...body.owed];
  const notice = noticeOf(body);
  return {
    id: idOf(key),
    key,
    subject: { ...body.subject },
    ordinal: body.ordinal,
    kinds: [...new Set(body.signals.map(({ kind }) => kind))],
    open: body.closedAt === null,
    outcome: body.outcome,
    action: body.action,
    mode: body.mode,
    rule: body.rule,
    account: body.account,
    region: body.region,
    availabilityZone: body.availabilityZone ?? text(labels["availabilityZone"]),
    name: text(labels["name"]),
    instanceType: text(labels["instanceType"]),
    lifecycle: text(labels["lifecycle"]),
    zoneId: text(labels["zoneId"]),
    privateIp: text(labels["privateIp"]),
    publicIp: text(labels["publicIp"]),
    launchedAt: timeOrNull(number(labels["launchTime"])),
    uptimeSeconds: secondsBetween(number(labels["launchTime"]), body.openedAt),
    group: text(labels["group"]),
    cluster: text(labels["cluster"]),
    services: texts(labels["services"]),
    owner: text(labels["owner"]),
    fleet: text(labels["fleet"]),
    evidence: texts(labels["evidence"]),
    openedAt: timeOf(body.openedAt),
    noticedAt: timeOrNull(notice?.at ?? null),
    deadline: timeOrNull(body.deadline),
    firstActionAt: timeOrNull(body.firstActionAt),
    drainedAt: timeOrNull(body.drainedAt),
    goneAt: timeOrNull(body.goneAt),
    servesAt: timeOrNull(body.servesAt),
    cancelledAt: timeOrNull(body.cancelledAt),
    closedAt: timeOrNull(body.closedAt),
    firstActionSeconds: firstActionSeconds(body),
    marginSeconds: secondsBetween(body.drainedAt, body.deadline),
    doing: all.filter((step) => !isSettled(step) && step.startedAt !== null).map(({ id }) => id),
    stepsSettled: all.filter(isSettled).length,
    stepsTotal: all.length,
    alerts: body.alerts.map(({ key: alert }) => alert),
    flagged: [...body.flagged],
  };
}

/** Makes the views of all steps, including undo steps, in the order of the plan. */
export function stepViews(body: Incident): StepView[] {
  return [...body.steps.map((step) => stepView(step, false)), ...body.owed.map((step) => stepView(step, true))];
}

function stepView(step: Step, owed: boolean): StepView {
  return {
    id: step.id,
    responder: step.responder,
    words: wordsOf(step.responder),
    nature: findResponder(step.responder)?.nature ?? "acts",
    owed,
    state: step.state,
    after: [...step.after],
    attempts: step.attempts,
    notBefore: timeOrNull(step.notBefore),
    startedAt: timeOrNull(step.startedAt),
    settledAt: timeOrNull(step.settledAt),
    abandonAt: timeOf(step.abandonAt),
    seconds: secondsBetween(step.startedAt, step.settledAt),
    reason: step.reason,
  };
}

/** Whether a key has the format of an incident's key. */
export const isIncidentKey = (key: Key): boolean => /^incident#[^#\s]{1,2048}#\d{1,9}$/.test(key);

const text = (value: Plain | undefined): string | null => (typeof value === "string" ? value : null);
const number = (value: Plain | undefined): number | null => (typeof value === "number" ? value : null);
const texts = (value: Plain | undefined): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
