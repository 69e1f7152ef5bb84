import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { recentQuery } from "../../api/queries.ts";
import { span } from "../../time/format.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { OUTCOME_WORDS, shortId, stateOf } from "../../ui/state.ts";
import css from "./recent.module.css";

/** What ended last, so that one who comes later sees what happened. */
export function Recent({ now }: { readonly now: number }): ReactElement | null {
  const { data } = useQuery(recentQuery);
  if (data === undefined || data.items.length === 0) return null;
  return (
    <section aria-labelledby="recent">
      <h2 id="recent">Ended last</h2>
      <ul>
        {data.items.map((one) => (
          <li key={one.id}>
            <Link to="/incidents/$id" params={{ id: one.id }} className={css["row"]}>
              <Glyph state={stateOf(one, now)} />
              <span className="mono">{shortId(one.subject.id)}</span>
              <span className={css["group"]}>{one.group ?? one.cluster?.split("/").at(-1)}</span>
              <span className="soft">
                {one.outcome === null ? "" : OUTCOME_WORDS[one.outcome]}
                {one.marginSeconds === null ? "" : `, ${Math.round(one.marginSeconds)} s to spare`}
              </span>
              <span className={`${css["ago"]} soft`}>{span(now - Date.parse(one.openedAt))} ago</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
