import type { EntryView } from "@spotkeeper/controller";
import { type ReactElement, useRef } from "react";
import { clockTime, span } from "../../time/format.ts";
import { useWidth } from "../../ui/use-width.ts";
import { type Bar, dotLane, foldedScale, LANES } from "./lanes.ts";
import css from "./axis.module.css";

interface AxisProps {
  readonly bars: readonly Bar[];
  readonly timeline: readonly EntryView[];
  readonly deadline: number | null;
  /** The entry that the reader has chosen. */
  readonly chosen: number;
  readonly onChoose: (entry: number) => void;
}

const ROW = 22;
const LABELS = 108;
const TOP = 34;

/** The deadline axis: what ran when, with the seconds that were left and the time of day. */
export function Axis({ bars, timeline, deadline, chosen, onChoose }: AxisProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const dots = timeline.flatMap((entry, n) => {
    const lane = dotLane(entry);
    return lane === null ? [] : [{ n, lane, at: Date.parse(entry.at), kind: entry.kind }];
  });
  const times = [
    ...bars.flatMap(({ from, to }) => [from, to]),
    ...dots.map(({ at }) => at),
    ...(deadline === null ? [] : [deadline]),
  ];
  const scale = foldedScale(times);
  const room = Math.max(100, width - LABELS - 24);
  const x = (time: number): number => LABELS + scale.at(time) * room;
  const lanes = LANES.filter((lane) => bars.some((bar) => bar.lane === lane) || dots.some((dot) => dot.lane === lane));
  const y = (lane: (typeof LANES)[number]): number => TOP + lanes.indexOf(lane) * ROW;
  const height = TOP + lanes.length * ROW + 8;
  const here = timeline[chosen];
  const before = timeline[chosen - 1];
  return (
    <div ref={box} className={css["box"]}>
      <svg
        width={width}
        height={height}
        className={css["axis"]}
        role="img"
        aria-label="Steps over time; the journal below has the same as text"
      >
        {ticksOf(times, deadline).map((tick) => (
          <g key={tick} transform={`translate(${x(tick)} 0)`}>
            <line y1={TOP - 6} y2={height} className={css["grid"]} />
            <text y={12} textAnchor="middle" className={css["left"]}>
              {deadline === null ? "" : leftText(deadline - tick)}
            </text>
            <text y={25} textAnchor="middle" className={css["clock"]}>
              {clockTime(tick)}
            </text>
          </g>
        ))}
        {deadline !== null && (
          <line x1={x(deadline)} x2={x(deadline)} y1={TOP - 6} y2={height} className={css["deadline"]} />
        )}
        {lanes.map((lane) => (
          <text key={lane} x={0} y={y(lane) + 14} className={css["lane"]}>
            {lane}
          </text>
        ))}
        {scale.folds.map(({ from, to }) => (
          <g key={from} transform={`translate(${(x(from) + x(to)) / 2} 0)`}>
            <path d={`M-4 ${TOP} l8 6 l-8 6 l8 6 l-8 6`} className={css["fold"]} />
            <title>{`${span(to - from)} in which nothing happened`}</title>
          </g>
        ))}
        {bars.map((bar) => (
          <rect
            key={bar.id}
            x={x(bar.from)}
            y={y(bar.lane) + 4}
            width={Math.max(2, x(bar.to) - x(bar.from))}
            height={ROW - 9}
            rx={2}
            className={[css[bar.shape], bar.critical ? css["critical"] : ""].join(" ")}
          >
            <title>{bar.words}</title>
          </rect>
        ))}
        {dots.map(({ n, lane, at, kind }) => (
          <circle
            key={n}
            cx={x(at)}
            cy={y(lane) + ROW / 2}
            r={4}
            className={kind === "signal" ? css["signal"] : css["dot"]}
            onClick={() => onChoose(n)}
          >
            <title>{timeline[n]?.text}</title>
          </circle>
        ))}
        {here !== undefined && (
          <g transform={`translate(${x(Date.parse(here.at))} 0)`}>
            <line y1={TOP - 6} y2={height} className={css["ruler"]} />
          </g>
        )}
      </svg>
      {here !== undefined && (
        <p className="soft small" aria-live="polite">
          {clockTime(here.at)}
          {before === undefined
            ? ""
            : `, ${((Date.parse(here.at) - Date.parse(before.at)) / 1_000).toFixed(1)} s after the entry before`}
          {": "}
          {here.text}
        </p>
      )}
    </div>
  );
}

/** Places of the labels: the start, the deadline, and each half minute between them; then the end. */
function ticksOf(times: readonly number[], deadline: number | null): readonly number[] {
  if (times.length === 0) return [];
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if (deadline === null) return first === last ? [first] : [first, last];
  const between = [90_000, 60_000, 30_000]
    .map((left) => deadline - left)
    .filter((at) => at > first + 15_000 && at < last);
  const after = last > deadline + 15_000 ? [last] : [];
  return [first, ...between, ...(deadline > first + 15_000 ? [deadline] : []), ...after];
}

const leftText = (ms: number): string => (ms < 0 ? `+${span(ms)}` : `${Math.round(ms / 1_000)} s left`);
