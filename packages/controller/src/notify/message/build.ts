import type { Ms } from "../../clock.ts";
import type { Doc } from "../../model/doc.ts";
import type { AlertGroup, AlertModel } from "../alert.ts";
import { ask, missing, toDoByHand } from "./ask.ts";
import { clean } from "./clean.ts";
import { doing } from "./doing.ts";
import { headline, outcomeHeadline } from "./headline.ts";
import { type Links, NO_LINKS } from "./links.ts";
import { recordIdOf } from "../join.ts";
import { isInDanger, memberDetail, type MemberDetail, type MemberSource } from "./member.ts";
import type { FindPhrase } from "./phrases.ts";
import { impactOfAll, stakes, stakesTitle, wereLow } from "./stakes.ts";
import { isLow } from "../outbox/level.ts";
import { contentHash, messageId } from "../outbox/hash.ts";

/** From this number of members on, an alert is a storm (assumed: too many to read one by one). */
export const STORM = 10;

/**
 * Builds the content of an alert from all its members. Pure, and linear in their number. It is an outcome once every
 * member has one.
 *
 * @param now epoch milliseconds; the headline counts down from it
 * @param find finds the phrase of each responder
 * @param links makes URLs for people
 * @example buildAlert([{ doc, facts: null }], alert, clock.now(), findResponder).headline // "i-0abc is reclaimed, 94 s
 *   left"
 */
export function buildAlert(
  members: readonly MemberSource[],
  alert: Doc<"alert">,
  now: Ms,
  find: FindPhrase,
  links: Links = NO_LINKS,
): AlertModel {
  const all = members
    .map((told) => memberDetail(told, find, links))
    .toSorted((a, b) => order(a) - order(b) || (a.member.incident < b.member.incident ? -1 : 1));
  const over = all.length > 0 && all.every(({ body }) => body.outcome !== null);
  const told = Object.values(alert.body.sends).some((send) => send.receipt !== null);
  const impact = impactOfAll(all);
  const open = all.flatMap(({ body, member }) => (isInDanger(member) ? (body.deadline ?? []) : []));
  const asks = ask(impact, all);
  const begins = over ? "" : stakesTitle(impact);
  const model = {
    raised: false,
    closes: over && asks.length === 0,
    key: alert.key,
    generation: alert.body.generation,
    recordId: alert.body.recordId ?? recordIdOf(`${alert.key}#${alert.body.generation}`),
    phase: over ? "outcome" : told ? "update" : "receipt",
    headline: over ? outcomeHeadline(all) : `${begins}${headline(all, now)}`,
    stakes: [...stakes(impact, all), ...(over ? wereLow(alert.body, now) : [])],
    doing: doing(all),
    ask: asks,
    missing: missing(all),
    severity: severityOf(all, over || !impact.some(isLow)),
    group: groupOf(alert),
    members: all.map(({ member }) => member),
    impact,
    openedAt: alert.body.openedAt,
    madeAt: now,
    earliestDeadline: open.length === 0 ? null : open.reduce((a, b) => Math.min(a, b)),
    storm: all.length >= STORM,
    link:
      all.length === 1
        ? (all[0]?.member.link ?? null)
        : links.list(alert.body.group, over ? { since: alert.body.openedAt } : "open"),
  } satisfies Omit<AlertModel, "id">;
  return { ...model, id: messageId(model, 0, contentHash(model, "full")) };
}

/** Sort order: open incidents first, by deadline. */
const order = ({ body }: MemberDetail): number =>
  body.outcome === null ? (body.deadline ?? Number.MAX_SAFE_INTEGER - 1) : Number.MAX_SAFE_INTEGER;

function severityOf(all: readonly MemberDetail[], served: boolean): AlertModel["severity"] {
  const acted = all.filter(({ body }) => body.mode === "act");
  if (!served || acted.some(({ member }) => member.outcome === "deadline-passed")) return "critical";
  if (all.some(({ member }) => member.outcome === "missed-notice") || toDoByHand(all).length > 0) return "warning";
  return all.some((one) => isInDanger(one.member) && URGENT.has(one.threat)) ? "warning" : "info";
}

const URGENT: ReadonlySet<string> = new Set(["reclaim", "task-stop", "ending", "termination"]);

function groupOf({ body }: Doc<"alert">): AlertGroup {
  const text = (name: string): string | null => {
    const value = body.group[name];
    return typeof value === "string" ? clean(value) : null;
  };
  return { account: text("account"), region: text("region"), cluster: text("cluster"), group: text("group") };
}
