import { scaleSequential } from "d3-scale";
import type { ReactElement } from "react";
import css from "./heat.module.css";

export interface HeatCell {
  readonly row: string;
  readonly column: string;
  readonly count: number;
}

/** Rows by columns; more is darker, and the number is in the tooltip and in the table. */
export function Heat({
  cells,
  columns,
}: {
  readonly cells: readonly HeatCell[];
  readonly columns: readonly string[];
}): ReactElement {
  const rows = [...new Set(cells.map(({ row }) => row))].toSorted();
  const most = Math.max(1, ...cells.map(({ count }) => count));
  const shade = scaleSequential([0, most], (share) => 0.12 + 0.88 * share);
  const byPlace = new Map(cells.map((cell) => [`${cell.row} ${cell.column}`, cell.count]));
  return (
    <div className={css["scroll"]} tabIndex={0} role="region" aria-label="Zone by time">
      <table className={css["heat"]}>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {columns.map((column) => {
                const count = byPlace.get(`${row} ${column}`) ?? 0;
                return (
                  <td key={column} title={`${row}, ${column}: ${count}`}>
                    <svg width="100%" height="18" aria-hidden>
                      <rect width="100%" height="18" fillOpacity={count === 0 ? 0 : shade(count)} />
                    </svg>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
