import type { IncidentView, NowView } from "@spotkeeper/controller";
import { Link } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { clockTime, countdown, counted } from "../../time/format.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { shortId, stateOf, WORDS } from "../../ui/state.ts";
import { withoutZones } from "./sentence.ts";
import css from "./storm.module.css";

type Incidents = NowView["incidents"];

interface StormProps {
  /** Null: incidents that no alert is about. */
  readonly alert: NowView["alerts"][number] | null;
  readonly incidents: Incidents;
  readonly now: number;
  /** Whether it shows its instances at first. */
  readonly open: boolean;
}

/** Listed under one alert; the rest is in Insights. */
const MOST = 60;

export function Storm({ alert, incidents, now, open }: StormProps): ReactElement {
  const [isOpen, setOpen] = useState(open);
  const wanted = alert === null ? null : new Set(alert.incidents);
  const members = incidents.filter(({ id }) => wanted === null || wanted.has(id));
  const done = members.filter((one) => ["drained", "replaced"].includes(stateOf(one, now))).length;
  const deadline = alert?.deadline ?? null;
  return (
    <details className={css["storm"]} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className={css["title"]}>
          <span className={css["stakes"]}>{titleOf(alert)}</span>
          <span className={css["figures"]}>
            drained {done}/{members.length}
          </span>
          {deadline !== null && <TimeLeft deadline={Date.parse(deadline)} now={now} />}
        </span>
        <span className={`${css["place"]} soft small`}>{placeOf(alert, members.length)}</span>
      </summary>
      {alert !== null && linesOf(alert).length > 0 && (
        <ul className={`${css["more"]} soft small`}>
          {linesOf(alert).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {alert !== null && alert.asks.length > 0 && (
        <ul className={css["asks"]} aria-label="To do for people">
          {alert.asks.slice(0, 8).map((line) => (
            <li key={line}>Please {line}</li>
          ))}
        </ul>
      )}
      {isOpen && <Members members={members} now={now} />}
    </details>
  );
}

function Members({ members, now }: { readonly members: Incidents; readonly now: number }): ReactElement {
  return (
    <ul className={css["members"]}>
      {members.slice(0, MOST).map((one) => (
        <li key={one.id}>
          <Link to="/incidents/$id" params={{ id: one.id }} className={css["member"]}>
            <Glyph state={stateOf(one, now)} />
            <span className={`${css["id"]} mono`}>{shortId(one.subject.id)}</span>
            <span className={css["type"]}>
              {one.instanceType ?? (one.subject.type === "task" ? "Fargate task" : "")}
            </span>
            <span className={css["zone"]}>{one.availabilityZone}</span>
            <span className={`${css["doing"]} soft`}>{doingOf(one, now)}</span>
            <span className={css["left"]}>{leftOf(one, now)}</span>
          </Link>
        </li>
      ))}
      {members.length > MOST && <li className="soft small">and {members.length - MOST} more, in Insights</li>}
    </ul>
  );
}

/** The time that is left, as a bar that empties within the two minutes of a warning. */
function TimeLeft({ deadline, now }: { readonly deadline: number; readonly now: number }): ReactElement {
  const left = Math.max(0, deadline - now);
  const share = Math.min(1, left / 120_000);
  return (
    <span className={css["left"]}>
      <svg className={css["bar"]} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
        <rect width="100" height="6" className={css["track"]} />
        <rect width={share * 100} height="6" className={share < 0.25 ? css["late"] : css["time"]} />
      </svg>{" "}
      <span title={clockTime(deadline)}>{countdown(deadline - now)}</span>
    </span>
  );
}

function titleOf(alert: StormProps["alert"]): string {
  if (alert === null) return "Not in an alert";
  const [worst] = alert.stakes;
  return worst === undefined ? alert.headline.replace(/, \d+ s left$/, "") : withoutZones(worst);
}

/** All stakes; the first again only if its title leaves something out. */
function linesOf({ stakes }: NonNullable<StormProps["alert"]>): readonly string[] {
  const [worst = "", ...others] = stakes;
  return (withoutZones(worst) === worst ? others : stakes).slice(0, 8);
}

function placeOf(alert: StormProps["alert"], count: number): string {
  const what = counted(count, "incident");
  if (alert === null) return what;
  const place = [alert.cluster?.split("/").at(-1), alert.group, alert.region, alert.account].filter(
    (part) => part !== null && part !== undefined,
  );
  return `${what} in ${place.join(", ")}, since ${clockTime(alert.openedAt)}`;
}

function doingOf(one: Incidents[number], now: number): string {
  const [doing] = one.doingWords.filter((words) => words.includes("under way"));
  return doing?.replace(": under way", "") ?? WORDS[stateOf(one, now)];
}

const leftOf = ({ deadline, drainedAt, marginSeconds }: IncidentView, now: number): string => {
  if (drainedAt !== null && marginSeconds !== null) return `${Math.round(marginSeconds)} s to spare`;
  return deadline === null ? "" : countdown(Date.parse(deadline) - now);
};
