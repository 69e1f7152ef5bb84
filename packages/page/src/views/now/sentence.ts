import type { NowView } from "@spotkeeper/controller";
import { stateOf } from "../../ui/state.ts";
import { counted, countdown, span } from "../../time/format.ts";

export interface Sentence {
  /** What matters most, in one line. */
  readonly title: string;
  readonly rest: string;
  readonly tone: "calm" | "busy" | "bad";
}

/** Says what is happening. Stakes are the words of the alerts. Pure. */
export function sentenceOf(view: Pick<NowView, "incidents" | "alerts" | "last" | "open">, now: number): Sentence {
  const states = view.incidents.map((one) => stateOf(one, now));
  const draining = states.filter((state) => state === "draining").length;
  const deadlines = view.incidents.flatMap((one, n) =>
    states[n] === "draining" && one.deadline !== null ? [Date.parse(one.deadline)] : [],
  );
  const [worst] = worstFirst(view.alerts).flatMap(({ severity, stakes }) => (severity === "critical" ? stakes : []));
  const next = deadlines.length === 0 ? "" : ` Next deadline in ${countdown(Math.min(...deadlines) - now)}.`;
  const asks = view.alerts.flatMap((alert) => alert.asks).length;
  const asked = asks === 0 ? "" : ` ${counted(asks, "thing")} to do for you.`;
  if (draining > 0 || worst !== undefined) {
    const busy = `${counted(draining, "instance")} draining.`;
    return {
      title: worst === undefined ? busy : `${withoutZones(worst)}.`,
      rest: `${worst === undefined ? "Nothing is known to be at stake." : draining === 0 ? "" : busy}${next}${asked}`.trim(),
      tone: worst === undefined ? "busy" : "bad",
    };
  }
  if (view.open > 0)
    return {
      title: "Nothing is in danger.",
      rest: `${counted(view.open, "incident")} still open: replacements, or what AWS only recommends.${asked}`,
      tone: asks === 0 ? "calm" : "busy",
    };
  return { title: "Nothing is happening.", rest: lastText(view.last, now), tone: "calm" };
}

function lastText(last: NowView["last"], now: number): string {
  if (last === null) return "No interruption was heard of yet.";
  const spare = last.marginSeconds === null ? "" : `, with ${Math.round(last.marginSeconds)} s to spare`;
  return `The last incident was ${span(now - Date.parse(last.openedAt))} ago: ${(last.outcome ?? "").replaceAll("-", " ")}${spare}.`;
}

const WEIGHT: { readonly [S in Alert["severity"]]: number } = { critical: 0, warning: 1, info: 2 };
type Alert = NowView["alerts"][number];

/** Sorts alerts: what is worse first, then the nearest deadline, as the API sorts them. */
export const worstFirst = (alerts: readonly Alert[]): readonly Alert[] =>
  alerts.toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);

/** The zones of a service stand in brackets after its numbers. */
export const withoutZones = (stakes: string): string => stakes.replace(/ \([^()]* keeps [^()]*\)$/, "");
