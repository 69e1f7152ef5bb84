import type { EntryView } from "@spotkeeper/controller";
import { type ReactElement, useEffect, useRef } from "react";
import { clockTime } from "../../time/format.ts";
import css from "./journal.module.css";

interface JournalProps {
  readonly timeline: readonly EntryView[];
  readonly chosen: number;
  readonly onChoose: (entry: number) => void;
}

/** The journal as text, with the seconds left; on a phone it is the axis itself, upright. `j` and `k` go down and up. */
export function Journal({ timeline, chosen, onChoose }: JournalProps): ReactElement {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (typing || event.metaKey || event.ctrlKey || (event.key !== "j" && event.key !== "k")) return;
      onChoose(Math.min(timeline.length - 1, Math.max(0, chosen + (event.key === "j" ? 1 : -1))));
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [chosen, onChoose, timeline.length]);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <ol ref={list} className={css["journal"]}>
      {timeline.map((entry, n) => (
        <li key={`${entry.at} ${n}`} id={`entry-${n}`} className={css[entry.kind]}>
          <a
            href={`#entry-${n}`}
            className={css["entry"]}
            aria-current={n === chosen ? "true" : undefined}
            onClick={() => onChoose(n)}
          >
            <span className={css["left"]}>{leftText(entry.secondsLeft)}</span>
            <span className={`${css["clock"]} soft`}>{clockTime(entry.at)}</span>
            <span>{entry.text}</span>
          </a>
        </li>
      ))}
    </ol>
  );
}

const leftText = (seconds: number | null): string => {
  if (seconds === null) return "";
  return seconds < 0 ? `+${Math.round(-seconds)} s` : `${Math.round(seconds)} s`;
};
