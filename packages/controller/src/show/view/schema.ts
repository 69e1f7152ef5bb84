import { z } from "@hono/zod-openapi";
import { signalKinds } from "../../signal/index.ts";
import type { SignalKind } from "../../model/signal.ts";
import { outcomes } from "../../measure/outcomes.ts";

/** Schemas of the API's answers, for the OpenAPI document and the types of the views. */
export const time: z.ZodISODateTime = z.iso.datetime();
const seconds = z.number();

export const outcomeName: z.ZodEnum<Record<(typeof outcomes)[number], (typeof outcomes)[number]>> = z.enum(outcomes);
export const kindName: z.ZodEnum<Record<SignalKind, SignalKind>> = z.enum(signalKinds);

export const incidentSchema = z
  .object({
    id: z.string().openapi({ example: "i-0123456789abcdef0#1" }),
    key: z.string(),
    subject: z.object({ type: z.enum(["instance", "task"]), id: z.string() }),
    ordinal: z.int(),
    kinds: z.array(kindName),
    open: z.boolean(),
    outcome: outcomeName.nullable(),
    action: z.enum(["terminate", "stop", "hibernate"]).nullable(),
    mode: z.enum(["act", "dry-run", "observe"]),
    rule: z.string().nullable(),
    account: z.string().nullable(),
    region: z.string().nullable(),
    availabilityZone: z.string().nullable(),
    name: z.string().nullable(),
    instanceType: z.string().nullable(),
    lifecycle: z.string().nullable(),
    zoneId: z.string().nullable(),
    privateIp: z.string().nullable(),
    publicIp: z.string().nullable(),
    launchedAt: time.nullable(),
    uptimeSeconds: seconds.nullable(),
    group: z.string().nullable(),
    cluster: z.string().nullable(),
    services: z.array(z.string()),
    owner: z.string().nullable(),
    fleet: z.string().nullable(),
    evidence: z.array(z.string()),
    openedAt: time,
    noticedAt: time.nullable(),
    deadline: time.nullable(),
    firstActionAt: time.nullable(),
    drainedAt: time.nullable(),
    goneAt: time.nullable(),
    servesAt: time.nullable(),
    cancelledAt: time.nullable(),
    closedAt: time.nullable(),
    firstActionSeconds: seconds.nullable(),
    marginSeconds: seconds.nullable(),
    doing: z.array(z.string()),
    stepsSettled: z.int(),
    stepsTotal: z.int(),
    alerts: z.array(z.string()),
    flagged: z.array(z.string()),
  })
  .openapi("Incident");
export type IncidentView = z.infer<typeof incidentSchema>;

export const stepSchema = z
  .object({
    id: z.string(),
    responder: z.string(),
    words: z.string().openapi({ description: "What the responder does, for people" }),
    nature: z.enum(["acts", "waits", "observes"]),
    owed: z.boolean(),
    state: z.enum(["waiting", "intended", "done", "skipped", "abandoned"]),
    after: z.array(z.string()),
    attempts: z.int(),
    notBefore: time.nullable(),
    startedAt: time.nullable(),
    settledAt: time.nullable(),
    abandonAt: time,
    seconds: seconds.nullable(),
    reason: z.string().nullable(),
  })
  .openapi("Step");
export type StepView = z.infer<typeof stepSchema>;

export const entrySchema = z
  .object({
    incident: z.string(),
    at: time,
    secondsSinceOpened: seconds,
    secondsLeft: seconds.nullable(),
    kind: z.enum(["signal", "planned", "step", "alert", "state", "note", "outcome"]),
    text: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi("Entry");
export type EntryView = z.infer<typeof entrySchema>;

/** A store that could not be read, so its incidents are not in the answer. */
export const missingSchema = z
  .object({ store: z.enum(["ledger", "archive"]), code: z.string(), message: z.string() })
  .openapi("Missing");
export type MissingView = z.infer<typeof missingSchema>;

export const incidentDetailSchema = incidentSchema
  .extend({
    signals: z.array(z.object({ kind: kindName, at: time, receivedAt: time, source: z.string() })),
    signalCount: z.int(),
    steps: z.array(stepSchema),
    slowestStep: z.object({ id: z.string(), responder: z.string(), seconds }).nullable(),
    timeline: z.array(entrySchema),
    timelineCut: z.boolean(),
    missing: z.array(missingSchema),
  })
  .openapi("IncidentDetail");
export type IncidentDetailView = z.infer<typeof incidentDetailSchema>;

export const alertSchema = z
  .object({
    key: z.string(),
    route: z.string().nullable(),
    generation: z.int(),
    open: z.boolean(),
    account: z.string().nullable(),
    region: z.string().nullable(),
    cluster: z.string().nullable(),
    group: z.string().nullable(),
    openedAt: time,
    flushAt: time,
    size: z.int(),
    withheld: z.array(z.object({ reason: z.string(), text: z.string(), channel: z.string().nullable() })),
    sends: z.array(
      z.object({
        channel: z.string(),
        state: z.enum(["due", "intended", "sent", "gave-up"]),
        attempts: z.int(),
        retryAt: time.nullable(),
        reason: z.string().nullable(),
      }),
    ),
  })
  .openapi("Alert");
export type AlertView = z.infer<typeof alertSchema>;

const silenced = {
  match: z.record(z.string(), z.unknown()),
  startsAt: time,
  endsAt: time,
  comment: z.string(),
};

export const silenceSchema = z
  .object({
    ...silenced,
    id: z.string(),
    state: z.enum(["active", "pending", "ended"]),
    author: z.string(),
    createdAt: time,
    edits: z
      .array(z.object({ at: time, by: z.string(), before: z.object(silenced) }))
      .openapi({ description: "The latest 20, the last one last, each with what was before" }),
  })
  .openapi("Silence");
export type SilenceView = z.infer<typeof silenceSchema>;

/** Listed in a preview; the rest is counted. */
export const MOST_PREVIEWED = 100;

export const silencePreviewSchema = z
  .object({
    count: z.int().openapi({ description: "Open incidents that it would silence" }),
    of: z.int().openapi({ description: "All open incidents" }),
    items: z.array(incidentSchema).openapi({ description: `The newest ${MOST_PREVIEWED} of them` }),
  })
  .openapi("SilencePreview");
export type SilencePreviewView = z.infer<typeof silencePreviewSchema>;
