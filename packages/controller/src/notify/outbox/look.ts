import type { Ms } from "../../clock.ts";
import type { Facts } from "../../enrich/facts.ts";
import type { Alert } from "../../model/alert.ts";
import type { Doc } from "../../model/doc.ts";
import type { Ledger } from "../../record/ledger/ledger.ts";
import type { AlertModel, Channel } from "../alert.ts";
import { buildAlert } from "../message/build.ts";
import type { Gates } from "./gate.ts";
import { contentHash } from "./hash.ts";
import { memberTag } from "../join.ts";
import type { Links } from "../message/links.ts";
import type { Told } from "../message/member.ts";
import { type ChannelRef, lookAgain, type NextAlert, nextAlert } from "./next.ts";
import { LAST_LOOK } from "./outbox.ts";
import type { Look, Passing } from "../pipeline/stage.ts";
import { pass } from "../pipeline/pipeline.ts";
import type { FindPhrase } from "../message/phrases.ts";
import { type Route, routeNamed } from "../route.ts";
import { type Elsewhere, elsewhere, whom } from "./whom.ts";
import { noteWithheld, type Noted } from "../pipeline/withheld.ts";

/** Dependencies of evaluating an alert. */
export interface LookDeps {
  readonly ledger: Pick<Ledger, "load" | "list">;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly routes: readonly Route[];
  readonly suppress: Look["suppress"];
  readonly silences: { readonly read: () => Promise<Look["silences"]> };
  readonly activeIn: Look["activeIn"];
  readonly factsOf: (doc: Doc<"incident">) => Facts;
  readonly phrases: FindPhrase;
  readonly links: Links;
}

/** The result of evaluating an alert. */
export interface Looked {
  /** Returns the content for one channel. */
  readonly modelFor: (channel: string, phase: AlertModel["phase"]) => AlertModel;
  readonly model: AlertModel;
  readonly next: NextAlert;
  readonly noted: Noted;
  /** The document's body with the results of the evaluation. */
  readonly body: Alert;
}

/** Evaluates an alert: passes all its members through the pipeline, and determines the due sends of each channel. */
export async function look(
  deps: LookDeps,
  gates: Pick<Gates, "freeAt">,
  doc: Doc<"alert">,
  now: () => Ms,
): Promise<Looked> {
  const members = await membersOf(deps, doc);
  const [others, silences] = await Promise.all([othersOf(deps, doc, members[0]), deps.silences.read()]);
  const at = now();
  const route = routeNamed(deps.routes, doc.body.route);
  const names = whom(doc.body, route, [...deps.channels.keys()]).channels;
  const told = Object.values(doc.body.sends).some((send) => send.receipt !== null);
  const over = members.length > 0 && members.every((one) => one.doc.body.outcome !== null);
  const { suppress, activeIn } = deps;
  const found: Look = { alert: doc, others, silences, suppress, activeIn, told, over, now: at };
  const passing = pass(members, names, found);
  const model = buildAlert(passing.members, doc, at, deps.phrases, deps.links);
  const stage = model.phase === "outcome" ? "outcome" : "open";
  const hashes = { material: contentHash(model, "material"), full: contentHash(model, "full") };
  const failed = (channel: string): Elsewhere => elsewhere(doc.body, stage, channel);
  const refs = passing.channels.map((name): ChannelRef => ({
    name,
    updates: deps.channels.get(name)?.updates ?? "material",
    freeAt: gates.freeAt(name, at),
    elsewhere: failed(name).digest,
  }));
  const quiet = quietNow(passing, found);
  const next =
    quiet === "no" && passing.members.length > 0
      ? stayOpen(nextAlert(doc, { stage, hashes }, refs, at, route), found)
      : { due: [], lapsed: [], wakeAt: quietUntil(passing, found, quiet) };
  const noted = noteWithheld(doc, passing.withheld, at);
  return {
    model,
    modelFor: (channel, phase) => ({ ...model, phase, ask: [...failed(channel).lines, ...model.ask] }),
    next,
    noted,
    body: { ...doc.body, size: members.length, quiet, withheld: noted.held },
  };
}

/** Loads the members of an alert with their facts. */
async function membersOf({ ledger, factsOf }: LookDeps, doc: Doc<"alert">): Promise<readonly Told[]> {
  const tag = memberTag(doc.key, doc.body.generation);
  const members: Told[] = [];
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
  { ledger }: LookDeps,
  { key }: Doc<"alert">,
  first: Told | undefined,
): Promise<readonly Doc<"alert">[]> {
  const keys = (first?.doc.body.alerts ?? []).filter((one) => one.key !== key);
  const docs = await Promise.all(keys.map((one) => ledger.load(one.key, "alert")));
  return docs.filter((doc) => doc !== null);
}

/**
 * Returns whether the whole alert is suppressed. An alert that was suppressed until its end settles after one more
 * evaluation, like one that was delivered (joinAlert).
 */
function quietNow({ members, channels, withheld }: Passing, { told, over }: Look): Alert["quiet"] {
  const nobody = withheld.length > 0 && (members.length === 0 || channels.length === 0);
  if (!nobody) return "no";
  return over && !told ? "closing" : "yes";
}

function quietUntil({ again }: Passing, { alert, now }: Look, quiet: Alert["quiet"]): Ms | null {
  const { body, wakeAt } = alert;
  if (quiet !== "closing") return again ?? lookAgain(body.openedAt, now);
  const looked = body.quiet === "closing" && wakeAt !== null && wakeAt <= now;
  return looked ? null : body.quiet === "closing" ? wakeAt : now + LAST_LOOK;
}

/** Keeps an alert with open incidents due, since suppressed content may be delivered later. */
const stayOpen = (next: NextAlert, { alert, over, now }: Look): NextAlert =>
  next.wakeAt === null && !over ? { ...next, wakeAt: lookAgain(alert.body.openedAt, now) } : next;
