import type { Clock, Ms } from "../clock.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Doc, Entry, Key, Send } from "../record/doc.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { Wake } from "../respond/machine.ts";
import type { AlertModel, Channel } from "./alert.ts";
import { applySend, intend } from "./apply.ts";
import { buildAlert } from "./build.ts";
import { plural } from "./count.ts";
import { createDirect } from "./direct.ts";
import { contentHash } from "./hash.ts";
import { memberTag } from "./join.ts";
import type { Links } from "./links.ts";
import type { Told } from "./member.ts";
import { type Due, type NextAlert, nextAlert, type Summary } from "./next.ts";
import { type Route, routeNamed } from "./route.ts";
import { sendOnce } from "./send.ts";

const MOST_CONFLICTS = 8;
/** Look, send, look again, and what became due meanwhile; what is left then is due again soon. */
const MOST_ROUNDS = 4;
const SOON: Ms = 1_000;

/** `alerts_total{channel,outcome}` and `alerts_suppressed_total{reason}` come of these. `channel` is its name in the config. */
export interface AlertObserver {
  readonly alert?: (channel: string, outcome: "sent" | "failed" | "gave-up") => void;
  readonly suppressed?: (reason: "superseded" | "no-channel") => void;
}

export interface AlertDeps {
  readonly ledger: Pick<Ledger, "load" | "list" | "commit">;
  /** By the names that the config gives them. */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly routes: readonly Route[];
  readonly factsOf: (doc: Doc<"incident">) => Facts;
  readonly links: Links;
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly wake: Wake;
  readonly observe: AlertObserver;
  readonly onEntries?: (doc: Doc<"alert">, entries: readonly Entry[]) => void;
}

export interface Alerts {
  /** Brings one alert as far as it can go now. Rejects with the ledger's errors; then it is called again. */
  advance(key: Key): Promise<void>;
  /** Tells at once, without a ledger (direct.ts). Never rejects. */
  tellDirectly(doc: Doc<"incident">, facts: Facts, why: string): Promise<void>;
}

interface Look {
  readonly model: AlertModel;
  readonly next: NextAlert;
}

/**
 * The alert's own loop: load → look at its members → next (pure) → commit intents → send side by side → apply (pure) →
 * commit each result as it comes, so that no channel waits for another. The alert's document is the outbox: something is
 * marked as sent after it was, and an intent that nobody settled is sent again (at least once).
 *
 *     A  load v5 ─ next: sns due ─ commit v6 (intended) ─ publish ─ commit v7 (sent)
 *     B  load v5 ─ next: sns due ─── commit v6 ✗ ─ load v6: intended, look again later
 */
export function createAlertAdvance(deps: AlertDeps): Alerts {
  const { ledger, clock, wake } = deps;

  async function advance(key: Key): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const doc = await ledger.load(key, "alert");
      if (doc === null || doc.wakeAt === null) return;
      const { model, next } = look(deps, doc, await membersOf(deps, doc));
      if (next.due.length === 0 && next.lapsed.length === 0) {
        if (await rest(deps, doc, next.wakeAt)) return;
        continue;
      }
      const intended = await begin(deps, doc, next, model);
      if (intended === null) continue;
      await Promise.all(next.due.map((due) => deliver(deps, intended, due, model)));
    }
    wake.at(key, clock.now() + SOON);
  }

  return { advance, tellDirectly: createDirect(deps) };
}

/** All incidents that carry the alert's tag, with what is known of them. */
async function membersOf(deps: AlertDeps, doc: Doc<"alert">): Promise<readonly Told[]> {
  const tag = memberTag(doc.key, doc.body.generation);
  const members: Told[] = [];
  let cursor: string | undefined;
  do {
    const page = await (cursor === undefined ? deps.ledger.list(tag) : deps.ledger.list(tag, cursor));
    for (const one of page.items) if (one.kind === "incident") members.push({ doc: one, facts: deps.factsOf(one) });
    cursor = page.next;
  } while (cursor !== undefined);
  return members;
}

function look(deps: AlertDeps, doc: Doc<"alert">, members: readonly Told[]): Look {
  const now = deps.clock.now();
  const model = buildAlert(members, doc, now, deps.links);
  const summary: Summary = {
    stage: model.phase === "outcome" ? "outcome" : "open",
    hashes: { material: contentHash(model, "material"), full: contentHash(model, "full") },
  };
  const route = routeNamed(deps.routes, doc.body.route);
  const channels = [...deps.channels]
    .filter(([name]) => route.channels?.includes(name) ?? true)
    .map(([name, { updates }]) => ({ name, updates, freeAt: 0, elsewhere: "" }));
  return { model, next: nextAlert(doc, summary, channels, now, route) };
}

/** Nothing is due: only the time of the next look may have to be written. False: somebody else wrote meanwhile. */
async function rest(deps: AlertDeps, doc: Doc<"alert">, wakeAt: Ms | null): Promise<boolean> {
  const unsent = wakeAt === null && Object.keys(doc.body.sends).length === 0;
  if (wakeAt !== null) deps.wake.at(doc.key, wakeAt);
  if (wakeAt === doc.wakeAt) return true;
  const text = unsent ? "nobody was told: no channel is configured" : "everything is told";
  const entries = wakeAt === null ? [entry(doc, deps.clock.now(), text, { reason: unsent ? "no-channel" : null })] : [];
  if (!(await commit(deps, { ...doc, wakeAt }, entries))) return false;
  if (unsent) deps.observe.suppressed?.("no-channel");
  return true;
}

/** Commits the intents; null on a conflict. */
async function begin(
  deps: AlertDeps,
  doc: Doc<"alert">,
  next: NextAlert,
  model: AlertModel,
): Promise<Doc<"alert"> | null> {
  const now = deps.clock.now();
  const intended = intend(doc, next.due, next.lapsed, now);
  if (intended.wakeAt !== null) deps.wake.at(doc.key, intended.wakeAt);
  const superseded = next.due.filter((due) => due.supersedes !== null);
  const entries = [
    ...superseded.map(({ channel }) =>
      entry(doc, now, `${channel}: news overtook what could not be sent`, { channel, reason: "superseded" }),
    ),
    ...next.lapsed.map(({ channel, reason }) =>
      entry(doc, now, `${channel}: gave up: ${reason}`, { channel, reason, members: model.members.length }),
    ),
  ];
  if (!(await commit(deps, intended, entries))) return null;
  for (const _ of superseded) deps.observe.suppressed?.("superseded");
  for (const { channel } of next.lapsed) deps.observe.alert?.(channel, "gave-up");
  return intended;
}

/** Sends once and records what came of it. */
async function deliver(deps: AlertDeps, intended: Doc<"alert">, due: Due, model: AlertModel): Promise<void> {
  const channel = deps.channels.get(due.channel);
  if (channel === undefined) return;
  const previous = intended.body.sends[due.channel]?.receipt ?? null;
  const result = await sendOnce(channel, { ...model, phase: due.phase }, previous, deps.clock);
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const doc = await deps.ledger.load(intended.key, "alert");
    if (doc === null || doc.body.generation !== intended.body.generation) return;
    const now = deps.clock.now();
    const route = routeNamed(deps.routes, doc.body.route);
    const applied = applySend(doc, due, result, now, deps.random(), route);
    if (applied === null) return;
    const data = { channel: due.channel, phase: due.phase, members: model.members.length, attempt: due.attempt };
    const { state, reason } = applied.send;
    const told = entry(doc, now, sentence(due, applied.send, model), { ...data, state, reason });
    if (await commit(deps, applied.doc, [told])) {
      deps.observe.alert?.(due.channel, state === "sent" ? "sent" : state === "gave-up" ? "gave-up" : "failed");
      return;
    }
  }
}

function sentence(due: Due, send: Send, model: AlertModel): string {
  const what = `${due.channel}: ${due.phase} of ${plural(model.members.length, "incident")}`;
  if (send.state === "sent") return `${what} sent: ${model.headline}`;
  const reason = send.reason ?? "no reason";
  return send.state === "gave-up" ? `${what} given up: ${reason}` : `${what} not sent yet: ${reason}`;
}

const entry = (doc: Doc<"alert">, at: Ms, text: string, data: Entry["data"]): Entry => ({
  key: doc.key,
  at,
  kind: "alert",
  text,
  data,
});

async function commit(deps: AlertDeps, doc: Doc<"alert">, entries: readonly Entry[]): Promise<boolean> {
  if ((await deps.ledger.commit([doc], entries)) === "conflict") return false;
  deps.onEntries?.(doc, entries);
  return true;
}
