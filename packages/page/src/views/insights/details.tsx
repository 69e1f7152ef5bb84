import type { IncidentView } from "@spotkeeper/controller";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactElement, useEffect, useRef } from "react";
import { askIncidents, type Query } from "../../api/queries.ts";
import { serverNow } from "../../time/server-clock.ts";
import { dateTime } from "../../time/format.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Failed, Loading } from "../../ui/notice.tsx";
import { OUTCOME_WORDS, shortId, stateOf } from "../../ui/state.ts";
import css from "./details.module.css";

const ROW = 32;

/** All incidents of the range, newest first: as many as one scrolls to, and the whole as a file. */
export function Details({ query }: { readonly query: Query }): ReactElement {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ["incidents", query],
    queryFn: ({ signal, pageParam }) => askIncidents(query, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
  const rows = data?.pages.flatMap(({ items }) => items) ?? [];
  const box = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const shown = list.getVirtualItems();
  const end = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && end >= rows.length - 20) void fetchNextPage();
  }, [end, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const exported = (format: string): string =>
    `/api/v1/incidents/export?${new URLSearchParams({ ...query, format }).toString()}`;
  return (
    <section aria-labelledby="details" className={css["details"]}>
      <h2 id="details">Incidents</h2>
      <p className={`${css["tools"]} soft small`}>
        {rows.length.toLocaleString("en")} {hasNextPage ? "read so far, more below" : "in all"}. Everything that is
        filtered as <a href={exported("csv")}>CSV</a>, <a href={exported("json")}>JSON</a> or{" "}
        <a href={exported("ndjson")}>NDJSON</a>.
      </p>
      {error !== null && <Failed error={error} />}
      {data === undefined && error === null && <Loading what="incidents" />}
      <div
        ref={box}
        className={css["box"]}
        tabIndex={0}
        role="table"
        aria-label="Incidents"
        aria-rowcount={hasNextPage ? -1 : rows.length + 1}
      >
        <div className={css["head"]} role="row">
          {["opened", "instance", "type", "zone", "group", "outcome", "to spare"].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        <div role="rowgroup" className={css["rows"]} style={{ height: list.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const one = rows[index];
            return one === undefined ? null : <Row key={one.id} one={one} top={start} index={index} />;
          })}
        </div>
      </div>
    </section>
  );
}

interface RowProps {
  readonly one: IncidentView;
  readonly top: number;
  readonly index: number;
}

const Row = ({ one, top, index }: RowProps): ReactElement => (
  <div role="row" aria-rowindex={index + 2} className={css["row"]} style={{ transform: `translateY(${top}px)` }}>
    <span role="cell">{dateTime(one.openedAt)}</span>
    <span role="cell" className="mono">
      <Link to="/incidents/$id" params={{ id: one.id }}>
        {shortId(one.subject.id)}
      </Link>
    </span>
    <span role="cell">{one.instanceType}</span>
    <span role="cell">{one.availabilityZone ?? one.region}</span>
    <span role="cell">{one.group ?? one.cluster?.split("/").at(-1)}</span>
    <span role="cell">
      <Glyph state={stateOf(one, serverNow())} /> {one.outcome === null ? "open" : OUTCOME_WORDS[one.outcome]}
    </span>
    <span role="cell" className="number">
      {one.marginSeconds === null ? "" : `${Math.round(one.marginSeconds)} s`}
    </span>
  </div>
);
