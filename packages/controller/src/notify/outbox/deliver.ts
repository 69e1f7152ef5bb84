import type { Clock } from "../../clock.ts";
import { commitAtLast, type CommitDeps } from "../../durable/commit.ts";
import type { Doc } from "../../model/doc.ts";
import type { Send } from "../../model/alert.ts";
import type { AlertModel, Channel, SendResult } from "../alert.ts";
import { applySend } from "./apply.ts";
import { plural } from "../message/count.ts";
import type { ChannelLimits } from "./channel-limits.ts";
import { missedText, owedOf } from "./missed.ts";
import type { Due } from "./next.ts";
import type { Refresher } from "./reload-secrets.ts";
import { type Route, routeNamed } from "../route.ts";
import { sendOnce } from "./send.ts";
import { levelOf } from "./level.ts";
import { othersCan } from "./others-can.ts";
import type { Serialise } from "./serialise.ts";
import { alertEntry, undeliverable } from "./store.ts";

export interface DeliverDeps {
  readonly store: CommitDeps<"alert">;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly routes: readonly Route[];
  readonly limits: ChannelLimits;
  readonly refresh: Refresher;
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  /** Serialises the writes of results of one alert. */
  readonly turns: Serialise;
  readonly onResult: (channel: string, outcome: "sent" | "failed" | "gave-up") => void;
}

/** Sends once, and stores the result. */
export async function deliver(deps: DeliverDeps, intended: Doc<"alert">, due: Due, model: AlertModel): Promise<void> {
  const { clock, limits } = deps;
  const channel = deps.channels.get(due.channel);
  if (channel === undefined) return;
  const send = intended.body.sends[due.channel];
  const sent = await sendOnce(channel, model, send?.receipt ?? null, clock, owedOf(send)?.to ?? null);
  limits.heard(due.channel, sent);
  const result = await afterRefresh(deps, due.channel, sent);
  await deps.turns(intended.key, () => record(deps, intended, due, model, result));
}

/** Stores the result, also after an outage of the ledger: a lost result would be sent again. */
async function record(
  deps: DeliverDeps,
  intended: Doc<"alert">,
  due: Due,
  model: AlertModel,
  result: SendResult,
): Promise<void> {
  const committed = await commitAtLast({ ...deps.store, clock: deps.clock }, intended, (doc) => {
    if (doc === null || doc.body.generation !== intended.body.generation) return null;
    const now = deps.clock.now();
    const route = routeNamed(deps.routes, doc.body.route);
    const by = due.usefulUntil ?? now + route.giveUpAfter;
    const circumstances = {
      now,
      random: deps.random(),
      route,
      level: levelOf(model),
      // By the document as it is now: the other channel may have failed meanwhile.
      othersCan: othersCan(doc.body, due.channel, deps.channels.keys(), (name) => deps.limits.freeAt(name, now), by),
    };
    const applied = applySend(doc, due, result, circumstances);
    if (applied === null) return null;
    const { state, reason } = applied.send;
    const data = { channel: due.channel, phase: due.phase, members: model.members.length, attempt: due.attempt };
    const entries = [alertEntry(doc, now, sentence(due, applied.send, model), { ...data, state, reason })];
    const lost = state === "gave-up" ? undeliverable(applied.doc, route, [...deps.channels.keys()], now) : null;
    // The wake-up of its intent is still scheduled.
    return { state, change: { doc: applied.doc, entries: lost === null ? entries : [...entries, lost], wakeUps: [] } };
  });
  if (committed.is !== "stored") return;
  const { state } = committed.made;
  deps.onResult(due.channel, state === "sent" ? "sent" : state === "gave-up" ? "gave-up" : "failed");
}

/** Retries wrong credentials only if the secrets have changed. */
async function afterRefresh({ refresh }: DeliverDeps, channel: string, result: SendResult): Promise<SendResult> {
  if (result.is !== "refused" || result.because !== "credentials" || !(await refresh(channel))) return result;
  return { is: "retry", reason: `${result.reason}; its secrets were read anew`, after: null };
}

function sentence(due: Due, send: Send, model: AlertModel): string {
  const what = `${due.channel}: ${due.phase} of ${plural(model.members.length, "incident")}`;
  if (send.state === "sent") return `${what} sent: ${model.headline}${missedText(send)}`;
  const reason = send.reason ?? "no reason";
  return send.state === "gave-up" ? `${what} given up: ${reason}` : `${what} not sent yet: ${reason}`;
}
