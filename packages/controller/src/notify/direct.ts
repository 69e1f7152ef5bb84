import type { Clock } from "../clock.ts";
import { nextTry, type BackoffLimits } from "../durable/retry.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Doc } from "../model/doc.ts";
import type { Plain } from "../model/plain.ts";
import type { Key } from "../model/key.ts";
import type { AlertModel, Channel } from "./alert.ts";
import { buildAlert } from "./message/build.ts";
import { clean } from "./message/clean.ts";
import { alertKey, joinAlert, tells } from "./join.ts";
import type { Links } from "./message/links.ts";
import type { FindPhrase } from "./message/phrases.ts";
import type { MemberSource } from "./message/member.ts";
import { groupOf, type Route, routesFor } from "./route.ts";
import { SEND_BACKOFF } from "./outbox/outbox.ts";
import { sendOnce } from "./outbox/send.ts";

/** No document stores this content. With many tries, a process that stops would leave some channels without it. */
const DIRECT_BACKOFF: BackoffLimits = { ...SEND_BACKOFF, mostTries: 3 };

export interface DirectDeps {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly routes: readonly Route[];
  readonly phrases: FindPhrase;
  readonly links: Links;
  readonly factsOf: (doc: Doc<"incident">) => Facts;
  readonly clock: Clock;
  readonly random: () => number;
  readonly observe: { readonly alert?: (channel: string, outcome: "sent" | "failed" | "gave-up") => void };
}

interface Gathering {
  readonly members: Doc<"incident">[];
  readonly sent: Promise<void>;
}

/**
 * Creates the function that sends alerts while the ledger is unavailable: incidents within the group wait are still one
 * alert, each channel gets it in at most three attempts, and nothing is stored. When the ledger is back, the same
 * content may be sent once more. The promise resolves when the alert is sent or given up, and never rejects.
 */
export function createDirect(deps: DirectDeps): (doc: Doc<"incident">, facts: Facts, why: string) => Promise<void> {
  const { clock } = deps;
  const gathering = new Map<Key, Gathering>();

  const tellBy = (route: Route, doc: Doc<"incident">, facts: Facts, why: string): Promise<void> => {
    const group = groupOf(route, doc.body, facts);
    const key = alertKey(group, route);
    const had = gathering.get(key);
    if (had !== undefined) {
      had.members.push(doc);
      return had.sent;
    }
    const members = [doc];
    const { doc: alert } = joinAlert(null, group, clock.now(), route);
    const sent = clock
      .sleep(route.wait)
      .catch(() => {})
      .then(() => {
        gathering.delete(key);
        // With current facts for all members: the loss of one instance affects the services of the others, too.
        return tellAll(deps, route, () => {
          const told = members.map((one): MemberSource => ({ doc: one, facts: deps.factsOf(one) }));
          return flagged(buildAlert(told, alert, clock.now(), deps.phrases, deps.links), why);
        });
      });
    gathering.set(key, { members, sent });
    return sent;
  };

  return async (doc, facts, why) => {
    if (!tells(doc.body, facts).tells) return;
    await Promise.all(routesFor(deps.routes, doc.body, facts).map((route) => tellBy(route, doc, facts, why)));
  };
}

const flagged = (model: AlertModel, why: string): AlertModel => ({
  ...model,
  doing: ["the ledger is away: only safe effects are made, and this may be told again", ...model.doing],
  ask: [`bring the ledger back: ${clean(why)}`, ...model.ask],
});

async function tellAll(deps: DirectDeps, route: Route, modelNow: () => AlertModel): Promise<void> {
  const { id } = modelNow();
  const sameMessage = (): AlertModel => ({ ...modelNow(), id });
  const channels = [...deps.channels].filter(([name]) => route.channels?.includes(name) ?? true);
  await Promise.all(channels.map(([name, channel]) => tellOne(deps, name, channel, sameMessage)));
}

/**
 * Sends to one channel at once, in at most three attempts; never rejects.
 *
 * @param modelNow makes the content of an attempt, so that a later one says how much time is left then
 */
export async function tellOne(
  deps: Pick<DirectDeps, "clock" | "random" | "observe">,
  name: string,
  channel: Channel,
  modelNow: () => AlertModel,
): Promise<void> {
  // For the recipients of the channel that have not got what the others got.
  let owed: Plain = null;
  for (let tries = 1; ; tries++) {
    const result = await sendOnce(channel, modelNow(), null, deps.clock, owed);
    if (result.is === "sent") {
      if (owed === null) deps.observe.alert?.(name, "sent");
      owed = result.missed?.owed?.to ?? null;
      if (owed === null) return;
    }
    const at = deps.clock.now();
    const notBefore = result.is === "retry" ? at + Math.min(result.after ?? 0, DIRECT_BACKOFF.longest) : null;
    const failed = { at, tries, notBefore, endsAt: Infinity };
    const retryAt = result.is === "refused" ? null : nextTry(failed, DIRECT_BACKOFF, deps.random());
    if (retryAt === null) return owed === null ? deps.observe.alert?.(name, "gave-up") : undefined;
    if (owed === null) deps.observe.alert?.(name, "failed");
    await deps.clock.sleep(retryAt - at).catch(() => {});
  }
}
