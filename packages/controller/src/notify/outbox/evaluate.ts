import type { Ms } from "../../clock.ts";
import type { Facts } from "../../enrich/facts.ts";
import type { Alert } from "../../model/alert.ts";
import type { Doc } from "../../model/doc.ts";
import type { Ledger } from "../../record/ledger/ledger.ts";
import type { AlertModel, Channel } from "../alert.ts";
import { buildAlert } from "../message/build.ts";
import type { ChannelLimits } from "./channel-limits.ts";
import { contentHash, messageId } from "./hash.ts";
import { isRaised, levelOf } from "./level.ts";
import { isForOwed } from "./missed.ts";
import { memberTag } from "../join.ts";
import { othersCan } from "./others-can.ts";
import { lowServices } from "./low-services.ts";
import type { Links } from "../message/links.ts";
import type { MemberSource } from "../message/member.ts";
import { type ChannelRef, type Due, nextEvaluation, type NextAlert, nextAlert } from "./next.ts";
import { LAST_EVALUATION_DELAY } from "./outbox.ts";
import type { StageInput, Passing } from "../pipeline/stage.ts";
import { pass } from "../pipeline/pipeline.ts";
import type { FindPhrase } from "../message/phrases.ts";
import { type Route, routeNamed } from "../route.ts";
import { type FailedChannels, failedChannelsFor, recipientsOf } from "./recipients.ts";
import { journalSuppressions, type Noted } from "../pipeline/journal-suppressions.ts";

/** Dependencies of evaluating an alert. */
export interface EvaluateDeps {
  readonly ledger: Pick<Ledger, "load" | "list">;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly routes: readonly Route[];
  readonly suppress: StageInput["suppress"];
  readonly silences: { readonly read: () => Promise<StageInput["silences"]> };
  readonly openIncidents: () => Promise<StageInput["open"]>;
  readonly activeIn: StageInput["activeIn"];
  readonly factsOf: (doc: Doc<"incident">) => Facts;
  readonly phrases: FindPhrase;
  readonly links: Links;
}

/** The result of evaluating an alert. */
export interface Evaluation {
  /** Returns the content of one send. */
  readonly modelFor: (due: Due) => AlertModel;
  readonly model: AlertModel;
  readonly next: NextAlert;
  readonly noted: Noted;
  /** The document's body with the results of the evaluation. */
  readonly body: Alert;
}

/** Evaluates an alert: passes all its members through the pipeline, and determines the due sends of each channel. */
export async function evaluateAlert(
  deps: EvaluateDeps,
  limits: Pick<ChannelLimits, "freeAt">,
  doc: Doc<"alert">,
  now: () => Ms,
): Promise<Evaluation> {
  const members = await membersOf(deps, doc);
  const [others, silences, open] = await Promise.all([
    othersOf(deps, doc, members[0]),
    deps.silences.read(),
    deps.suppress.inhibit.length === 0 ? [] : deps.openIncidents(),
  ]);
  const at = now();
  const route = routeNamed(deps.routes, doc.body.route);
  const names = recipientsOf(doc.body, route, [...deps.channels.keys()]).channels;
  const delivered = Object.values(doc.body.sends).some((send) => send.receipt !== null);
  const over = members.length > 0 && members.every((one) => one.doc.body.outcome !== null);
  const { suppress, activeIn } = deps;
  const input: StageInput = { alert: doc, route, others, open, silences, suppress, activeIn, delivered, over, now: at };
  const passing = pass(members, names, input);
  const model = buildAlert(passing.members, doc, at, deps.phrases, deps.links);
  const stage = model.phase === "outcome" ? "outcome" : "open";
  const hashes = { material: contentHash(model, "material"), full: contentHash(model, "full") };
  const failed = (channel: string): FailedChannels => failedChannelsFor(doc.body, stage, channel);
  const freeAt = (name: string): Ms => limits.freeAt(name, at);
  const refs = passing.channels.map((name): ChannelRef => ({
    name,
    updates: deps.channels.get(name)?.updates ?? "material",
    freeAt: limits.freeAt(name, at),
    elsewhere: failed(name).digest,
    usefulUntil:
      isReceiptFor(doc.body, name) &&
      othersCan(doc.body, name, deps.channels.keys(), freeAt, model.earliestDeadline ?? 0)
        ? model.earliestDeadline
        : null,
  }));
  const level = levelOf(model);
  const modelFor = ({ channel, phase, content }: Due): AlertModel => {
    const send = doc.body.sends[channel];
    const sent = send?.sentCount ?? 0;
    return {
      ...model,
      // Those who are owed a message get it with the id that the others got it with.
      id: messageId(model, isForOwed(send, content) ? sent - 1 : sent, content),
      // A good end notifies nobody, also if it has more members than were reported.
      raised: phase !== "receipt" && !model.closes && send !== undefined && isRaised(level, send, phase, at),
      phase,
      // Last: it is not what the alert is about.
      ask: [...model.ask, ...failed(channel).lines],
    };
  };
  const quiet = quietNow(passing, input);
  const next =
    quiet === "no" && passing.members.length > 0
      ? stayOpen(nextAlert(doc, { stage, hashes }, refs, at, route), input)
      : { due: [], lapsed: [], wakeAt: quietUntil(passing, input, quiet) };
  const noted = journalSuppressions(doc, passing.withheld, at);
  return {
    model,
    modelFor,
    next,
    noted,
    body: { ...doc.body, size: members.length, quiet, withheld: noted.held, ...lowOf(doc.body, model, at) },
  };
}

/** Whether the channel has delivered nothing yet. An update that comes late is still of use. */
const isReceiptFor = ({ sends }: Alert, channel: string): boolean => (sends[channel]?.receipt ?? null) === null;

/** Returns the services that were seen below their minimum; no field for none, as in documents of before. */
function lowOf(body: Alert, { phase, impact }: AlertModel, at: Ms): Pick<Alert, "low"> {
  const low = lowServices(body, phase === "outcome" ? [] : impact, at);
  return low.length === 0 ? {} : { low };
}

/** Loads the members of an alert with their facts. */
async function membersOf({ ledger, factsOf }: EvaluateDeps, doc: Doc<"alert">): Promise<readonly MemberSource[]> {
  const tag = memberTag(doc.key, doc.body.generation);
  const members: MemberSource[] = [];
  let cursor: string | undefined;
  do {
    const page = await (cursor === undefined ? ledger.list(tag) : ledger.list(tag, cursor));
    for (const one of page.items) if (one.kind === "incident") members.push({ doc: one, facts: factsOf(one) });
    cursor = page.next;
  } while (cursor !== undefined);
  return members;
}

/** Loads the other alerts that may contain all members of this one: those that its first member has joined, too. */
async function othersOf(
  { ledger }: EvaluateDeps,
  { key }: Doc<"alert">,
  first: MemberSource | undefined,
): Promise<readonly Doc<"alert">[]> {
  const keys = (first?.doc.body.alerts ?? []).filter((one) => one.key !== key);
  const docs = await Promise.all(keys.map((one) => ledger.load(one.key, "alert")));
  return docs.filter((doc) => doc !== null);
}

/**
 * Returns whether the whole alert is suppressed. An alert that was suppressed until its end settles after one more
 * evaluation, like one that was delivered (joinAlert).
 */
function quietNow({ members, channels, withheld }: Passing, { delivered, over }: StageInput): Alert["quiet"] {
  const nobody = withheld.length > 0 && (members.length === 0 || channels.length === 0);
  if (!nobody) return "no";
  return over && !delivered ? "closing" : "yes";
}

function quietUntil({ again }: Passing, { alert, now }: StageInput, quiet: Alert["quiet"]): Ms | null {
  const { body, wakeAt } = alert;
  if (quiet !== "closing") return again ?? nextEvaluation(body.openedAt, now);
  const isEvaluated = body.quiet === "closing" && wakeAt !== null && wakeAt <= now;
  return isEvaluated ? null : body.quiet === "closing" ? wakeAt : now + LAST_EVALUATION_DELAY;
}

/** Keeps an alert with open incidents due, since suppressed content may be delivered later. */
const stayOpen = (next: NextAlert, { alert, over, now }: StageInput): NextAlert =>
  next.wakeAt === null && !over ? { ...next, wakeAt: nextEvaluation(alert.body.openedAt, now) } : next;
