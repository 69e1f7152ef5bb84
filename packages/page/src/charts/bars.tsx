import type { ReactElement } from "react";
import css from "./bars.module.css";

export interface BarItem {
  readonly name: string | null;
  readonly count: number;
}

interface BarsProps {
  readonly items: readonly BarItem[];
  /** Incidents that are in no item. */
  readonly rest: number;
  readonly onPick: ((name: string) => void) | null;
  readonly picked: string | undefined;
  /** Returns what a name is called; by default its own. */
  readonly words?: (name: string) => string;
}

const MOST = 10;

/** Names with a bar and a number each, the largest first. A click filters. */
export function Bars({ items, rest, onPick, picked, words = (name) => name }: BarsProps): ReactElement {
  const shown = items.slice(0, MOST);
  const most = Math.max(1, ...shown.map(({ count }) => count));
  const others = items.slice(MOST).reduce((sum, { count }) => sum + count, rest);
  return (
    <ul className={css["bars"]}>
      {shown.map(({ name, count }) => {
        const content = (
          <>
            <span className={css["name"]}>{name === null ? "not known" : words(name)}</span>
            <svg className={css["bar"]} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
              <rect width={(count / most) * 100} height="10" />
            </svg>
            <span className={css["count"]}>{count.toLocaleString("en")}</span>
          </>
        );
        return (
          <li key={name ?? ""}>
            {onPick === null || name === null ? (
              <span className={css["row"]}>{content}</span>
            ) : (
              <button type="button" className={css["row"]} aria-pressed={picked === name} onClick={() => onPick(name)}>
                {content}
              </button>
            )}
          </li>
        );
      })}
      {others > 0 && <li className={`${css["others"]} soft`}>{others.toLocaleString("en")} in others</li>}
    </ul>
  );
}
