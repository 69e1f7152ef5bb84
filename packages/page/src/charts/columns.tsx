import { scaleLinear } from "d3-scale";
import { type ReactElement, useRef } from "react";
import type { Stack } from "../views/insights/buckets.ts";
import { useWidth } from "../ui/use-width.ts";
import css from "./columns.module.css";

const HEIGHT = 160;
const LEFT = 44;
const BOTTOM = 20;

/** Stacked columns over time; the states are from the bottom: well, not told, badly. */
export function Columns({ stacks, of }: { readonly stacks: readonly Stack[]; readonly of: string }): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const sums = stacks.map(({ parts }) => parts.reduce((sum, { count }) => sum + count, 0));
  const y = scaleLinear([0, Math.max(1, ...sums)], [HEIGHT - BOTTOM, 8]).nice(4);
  const step = Math.max(0, width - LEFT) / Math.max(1, stacks.length);
  const each = Math.max(1, Math.ceil(stacks.length / Math.max(2, Math.floor((width - LEFT) / 90))));
  // A label in the middle of the last column would be cut off.
  const isLast = (n: number): boolean => (stacks.length - n) * step < 60;
  return (
    <div ref={box}>
      <svg
        width={width}
        height={HEIGHT}
        className={css["columns"]}
        role="img"
        aria-label={`${of}; the table below has the same numbers`}
      >
        {y
          .ticks(4)
          .filter(Number.isInteger)
          .map((tick) => (
            <g key={tick} transform={`translate(0 ${y(tick)})`}>
              <line x1={LEFT} x2={width} />
              <text x={LEFT - 6} y={4} textAnchor="end">
                {tick.toLocaleString("en")}
              </text>
            </g>
          ))}
        {stacks.map(({ label, parts }, n) => {
          let below = 0;
          return (
            <g key={label} transform={`translate(${LEFT + n * step} 0)`}>
              {parts.map(({ name, state, count }) => {
                const [from, to] = [y(below), y(below + count)];
                below += count;
                return (
                  <rect
                    key={name}
                    x={Math.min(1, step / 8)}
                    width={Math.max(1, step - Math.min(2, step / 4))}
                    y={to}
                    height={Math.max(0, from - to)}
                    className={css[state]}
                  >
                    <title>{`${label}: ${count} ${name}`}</title>
                  </rect>
                );
              })}
              {n % each === 0 && (
                <text x={isLast(n) ? step : step / 2} y={HEIGHT - 4} textAnchor={isLast(n) ? "end" : "middle"}>
                  {label}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
