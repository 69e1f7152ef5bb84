import type { PanelView } from "@spotkeeper/controller";
import type { ReactElement } from "react";
import { type Counts, countsOf } from "./counts.ts";
import css from "./figures.module.css";

interface FiguresProps {
  readonly outcomes: PanelView;
  /** The range of the same length before; undefined while it is read. */
  readonly earlier: PanelView | undefined;
}

/** A strip of figures, each with the range before, so that a number is not alone. */
export function Figures({ outcomes, earlier }: FiguresProps): ReactElement {
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
