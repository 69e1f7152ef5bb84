import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { panelQuery, type Query } from "../../api/queries.ts";
import { Columns } from "../../charts/columns.tsx";
import { Heat } from "../../charts/heat.tsx";
import { Failed, Loading } from "../../ui/notice.tsx";
import { bucketsOf, labelOf, stacksOf } from "./buckets.ts";

export function OverTime({ query }: { readonly query: Query }): ReactElement {
  const { data, error } = useQuery(panelQuery("time", query));
  if (data === undefined) return error === null ? <Loading what="counts" /> : <Failed error={error} />;
  return (
    <>
      <Columns stacks={stacksOf(data)} of="Incidents over time by outcome" />
      <p className="soft small">Each column is one {data.bucket ?? "bucket"}, which begins in UTC.</p>
    </>
  );
}

export function ZonesOverTime({ query }: { readonly query: Query }): ReactElement {
  const { data, error } = useQuery(panelQuery("zones-by-time", query));
  if (data === undefined) return error === null ? <Loading what="counts" /> : <Failed error={error} />;
  const cells = data.marks.flatMap(({ at, name, count }) =>
    at === null ? [] : [{ row: name ?? "not known", column: labelOf(at, data.bucket), count }],
  );
  return <Heat cells={cells} columns={bucketsOf(data).map((at) => labelOf(at, data.bucket))} />;
}
