import type { Clock, Ms } from "../clock.ts";
import { nextTry, type BackoffLimits } from "../durable/retry.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Doc } from "../model/doc.ts";
import type { Plain } from "../model/plain.ts";
import type { Key } from "../model/key.ts";
import { answerWithin } from "../race.ts";
import type { AlertModel, Channel } from "./alert.ts";
import { buildAlert } from "./message/build.ts";
import { clean } from "./message/clean.ts";
import { alertKey, joinAlert, tells } from "./join.ts";
import type { MemberSource } from "./message/member.ts";
import { pass } from "./pipeline/pipeline.ts";
import type { Passing, StageInput } from "./pipeline/stage.ts";
import { groupOf, type GroupValues, type Route, routesFor } from "./route.ts";
import type { EvaluateDeps } from "./outbox/evaluate.ts";
import { SEND_BACKOFF } from "./outbox/outbox.ts";
import { gotNoMessage } from "./outbox/recipients.ts";
import { sendOnce } from "./outbox/send.ts";

/** No document stores this content. With many tries, a process that stops would leave some channels without it. */
const DIRECT_BACKOFF: BackoffLimits = { ...SEND_BACKOFF, mostTries: 3 };

/** How long silences and open incidents are waited for. A ledger that takes no writes (a full disk) can often be read. */
const READ_WITHIN: Ms = 1_000;

export interface DirectDeps extends Omit<EvaluateDeps, "ledger"> {
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly observe: {
    readonly alert?: (channel: string, outcome: "sent" | "failed" | "gave-up") => void;
    readonly suppressed?: (reason: string) => void;
  };
}

/** Incidents that wait for others of the same group. */
interface Gathering {
  readonly members: Doc<"incident">[];
  readonly told: Promise<boolean>;
}

type Known = Pick<StageInput, "silences" | "open">;

/**
 * Creates the function that sends alerts while the ledger is unavailable: incidents within the group wait are still one
 * alert, the same reasons suppress it (pipeline/), each channel gets it in at most three attempts, and nothing is stored.
 * When the ledger is back, the same content may be sent once more. The promise resolves to whether anybody was told, when
 * the alert is sent, given up or suppressed, and never rejects.
 */
export function createDirect(deps: DirectDeps): (doc: Doc<"incident">, facts: Facts, why: string) => Promise<boolean> {
  const { clock } = deps;
  const gathering = new Map<Key, Gathering>();

  const tellBy = (route: Route, doc: Doc<"incident">, facts: Facts, why: string): Promise<boolean> => {
    const group = groupOf(route, doc.body, facts);
    const key = alertKey(group, route);
    const had = gathering.get(key);
    if (had !== undefined) {
      had.members.push(doc);
      return had.told;
    }
    const members = [doc];
    const told = Promise.all([knownOf(deps), clock.sleep(route.wait).catch(() => {})]).then(([known]) => {
      gathering.delete(key);
      return tellGroup(deps, route, group, members, known, why);
    });
    gathering.set(key, { members, told });
    return told;
  };

  return async (doc, facts, why) => {
    if (!tells(doc.body, facts).tells) return false;
    const routes = routesFor(deps.routes, doc.body, facts);
    return (await Promise.all(routes.map((route) => tellBy(route, doc, facts, why)))).includes(true);
  };
}

/** Reads what the ledger can say of reasons to suppress; nothing is suppressed for what it does not say. */
async function knownOf({ clock, silences, openIncidents, suppress }: DirectDeps): Promise<Known> {
  const read = async <T>(from: () => Promise<readonly T[]>): Promise<readonly T[]> =>
    (
      await answerWithin(
        clock,
        from().catch(() => []),
        READ_WITHIN,
      )
    )?.value ?? [];
  const [active, open] = await Promise.all([
    read(silences.read),
    suppress.inhibit.length === 0 ? [] : read(openIncidents),
  ]);
  return { silences: active, open };
}

async function tellGroup(
  deps: DirectDeps,
  route: Route,
  group: GroupValues,
  members: readonly Doc<"incident">[],
  known: Known,
  why: string,
): Promise<boolean> {
  const { clock } = deps;
  // With current facts for all members: the loss of one instance affects the services of the others, too.
  const sourcesOf = (docs: readonly Doc<"incident">[]): MemberSource[] =>
    docs.map((doc) => ({ doc, facts: deps.factsOf(doc) }));
  const { doc: alert } = joinAlert(null, group, clock.now(), { ...route, wait: 0 });
  const configured = [...deps.channels.keys()];
  const own = configured.filter((name) => route.channels?.includes(name) ?? true);
  const passing = passNow(deps, sourcesOf(members), own, { alert, route, ...known });
  for (const code of new Set(passing.withheld.map((one) => one.code))) deps.observe.suppressed?.(code);
  const kept = passing.members.map(({ doc }) => doc);
  if (kept.length === 0) return false;

  const { id } = buildAlert(sourcesOf(kept), alert, clock.now(), deps.phrases, deps.links);
  const failed = new Map<string, string>();
  const modelNow = (): AlertModel => {
    const model = buildAlert(sourcesOf(kept), alert, clock.now(), deps.phrases, deps.links);
    const lines = [...failed].map(([name, reason]) => gotNoMessage(name, reason));
    return { ...flagged(model, why, lines), id };
  };
  const tell = async (name: string): Promise<boolean> => {
    const channel = deps.channels.get(name);
    if (channel === undefined) return false;
    const reason = await tellOne(deps, name, channel, modelNow, configured.length > 1);
    if (reason !== null) failed.set(name, reason);
    return reason === null;
  };
  const told = await Promise.all(passing.channels.map(tell));
  if (told.includes(true)) return true;
  // As with a ledger: one channel after the other stands in.
  for (const name of configured.filter((other) => !own.includes(other))) if (await tell(name)) return true;
  return false;
}

const passNow = (
  { suppress, activeIn, clock }: DirectDeps,
  members: readonly MemberSource[],
  channels: readonly string[],
  input: Pick<StageInput, "alert" | "route" | "silences" | "open">,
): Passing =>
  pass(members, channels, {
    ...input,
    suppress,
    activeIn,
    others: [],
    delivered: false,
    over: members.every(({ doc }) => doc.body.outcome !== null),
    now: clock.now(),
  });

const flagged = (model: AlertModel, why: string, failed: readonly string[]): AlertModel => ({
  ...model,
  doing: ["the ledger is away: only safe effects are made, and this may be told again", ...model.doing],
  ask: [`bring the ledger back: ${clean(why)}`, ...model.ask, ...failed],
});

/**
 * Sends to one channel at once, in at most three attempts; never rejects. Returns null if at least one of its recipients
 * got it, or why none did.
 *
 * @param modelNow makes the content of an attempt, so that a later one says how much time is left then
 * @param othersCan whether another channel can be told: a pause until after the deadline is then not waited for
 */
export async function tellOne(
  deps: Pick<DirectDeps, "clock" | "random" | "observe">,
  name: string,
  channel: Channel,
  modelNow: () => AlertModel,
  othersCan = false,
): Promise<string | null> {
  // For the recipients of the channel that have not got what the others got.
  let owed: Plain = null;
  for (let tries = 1; ; tries++) {
    const model = modelNow();
    const result = await sendOnce(channel, model, null, deps.clock, owed);
    if (result.is === "sent") {
      if (owed === null) deps.observe.alert?.(name, "sent");
      owed = result.missed?.owed?.to ?? null;
      if (owed === null) return null;
    }
    const at = deps.clock.now();
    const notBefore = result.is === "retry" ? at + Math.min(result.after ?? 0, DIRECT_BACKOFF.longest) : null;
    const failed = { at, tries, notBefore, endsAt: Infinity };
    const deadline = model.earliestDeadline ?? Infinity;
    const tooLate = othersCan && result.is === "retry" && at < deadline && at + (result.after ?? 0) > deadline;
    const retryAt = result.is === "refused" || tooLate ? null : nextTry(failed, DIRECT_BACKOFF, deps.random());
    if (retryAt === null) {
      if (result.is === "sent" || owed !== null) return null;
      deps.observe.alert?.(name, "gave-up");
      return clean(result.reason);
    }
    if (owed === null) deps.observe.alert?.(name, "failed");
    await deps.clock.sleep(retryAt - at).catch(() => {});
  }
}
