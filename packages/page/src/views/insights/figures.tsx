import type { DurationsView, PanelView } from "@spotkeeper/controller";
import type { ReactElement } from "react";
import { span } from "../../time/format.ts";
import { type Counts, countsOf } from "./counts.ts";
import css from "./figures.module.css";

interface FiguresProps {
  readonly outcomes: PanelView;
  /** The range of the same length before; undefined while it is read. */
  readonly earlier: PanelView | undefined;
  /** Undefined while they are read. */
  readonly durations: DurationsView | undefined;
  readonly durationsEarlier: DurationsView | undefined;
}

/** A strip of figures, each with the range before, so that a number is not alone. */
export function Figures({ outcomes, earlier, durations, durationsEarlier }: FiguresProps): ReactElement {
  const now = countsOf(outcomes);
  const then = earlier === undefined ? null : countsOf(earlier);
  const share = ({ inTime, warned }: Counts): string =>
    warned === 0 ? "none" : `${((100 * inTime) / warned).toFixed(inTime === warned ? 0 : 1)} %`;
  const figures: readonly (readonly [string, string, string, string])[] = [
    [
      "interruptions",
      number(now.interrupted),
      then === null ? "" : number(then.interrupted),
      "instances that AWS took back",
    ],
    [
      "drained in time",
      share(now),
      then === null ? "" : share(then),
      `${number(now.inTime)} of ${number(now.warned)} with a warning`,
    ],
    ["time to spare, median", ...medianOf("spare", durations, durationsEarlier)],
    ["replacement, median", ...medianOf("replacement", durations, durationsEarlier)],
    ["missed notices", number(now.missed), then === null ? "" : number(then.missed), "ended without a warning"],
    [
      "not interrupted",
      number(now.calledOff),
      then === null ? "" : number(then.calledOff),
      "recommended or called off, and stayed",
    ],
    ["incidents", number(now.all), then === null ? "" : number(then.all), "all that was heard of"],
  ];
  return (
    <dl className={css["figures"]}>
      {figures.map(([name, value, was, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={css["value"]}>{value}</dd>
          <dd className={css["note"]}>{note}</dd>
          <dd className={css["note"]}>{was === "" ? "" : `before: ${was}`}</dd>
        </div>
      ))}
    </dl>
  );
}

const number = (value: number): string => value.toLocaleString("en");

/** Returns the median of a duration, that of the range before, and what stands behind it. */
function medianOf(
  measure: "spare" | "replacement",
  now: DurationsView | undefined,
  then: DurationsView | undefined,
): readonly [value: string, was: string, note: string] {
  const was = then?.durations?.[measure];
  const before = was === null || was === undefined ? "" : seconds(was.p50);
  if (now === undefined) return ["…", before, ""];
  if (now.durations === null) return ["–", before, "too many incidents to sort: choose a shorter range"];
  const found = now.durations[measure];
  if (found === null) return ["none", before, "no incident has this time"];
  const worst = measure === "spare" ? `least ${seconds(found.min)}` : `95 % within ${seconds(found.p95)}`;
  return [seconds(found.p50), before, `${worst}, n = ${number(found.n)}`];
}

const seconds = (value: number): string => (Math.abs(value) < 600 ? `${Math.round(value)} s` : span(value * 1_000));
