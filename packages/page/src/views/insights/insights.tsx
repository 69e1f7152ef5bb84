import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { durationsQuery, nowQuery, panelQuery } from "../../api/queries.ts";
import { Failed, Loading, Nothing } from "../../ui/notice.tsx";
import { ByName } from "./by-name.tsx";
import { Details } from "./details.tsx";
import { Figures } from "./figures.tsx";
import { before, type FilterName, filtersIn, queryOf, type Search, spanOf } from "./filters.ts";
import { OverTime, ZonesOverTime } from "./over-time.tsx";
import { Toolbar } from "./toolbar.tsx";
import css from "./insights.module.css";

/** Where does it hurt? Counts of closed incidents; each mark filters everything. */
export function Insights(): ReactElement {
  const { data, error } = useQuery(nowQuery);
  if (data === undefined) return error === null ? <Loading what="the worker's time" /> : <Failed error={error} />;
  return <Until at={Date.parse(data.now)} />;
}

/** @param at the worker's time: the end of a range that ends now */
function Until({ at }: { readonly at: number }): ReactElement {
  const search = filtersIn(useSearch({ strict: false }));
  const navigate = useNavigate();
  // It stays while one looks, so that numbers do not move under the reader.
  const [now] = useState(at);
  const span = spanOf(search, now);
  const query = queryOf(search, span);
  const outcomes = useQuery(panelQuery("outcomes", query));
  const durations = useQuery(durationsQuery(query));
  const durationsEarlier = useQuery(durationsQuery(queryOf(search, before(span))));
  const earlier = useQuery(panelQuery("outcomes", queryOf(search, before(span))));
  const change = (next: Search): void => void navigate({ to: "/insights", search: next });
  const pick = (filter: FilterName) => (value: string) => {
    const { [filter]: current, ...rest } = search;
    change(current === value ? rest : { ...rest, [filter]: value });
  };
  const total = outcomes.data?.marks.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <Toolbar search={search} span={span} onChange={change} />
      {outcomes.error !== null && <Failed error={outcomes.error} />}
      {outcomes.data === undefined ? (
        outcomes.error === null && <Loading what="the archive" />
      ) : (
        <>
          <Figures
            outcomes={outcomes.data}
            earlier={earlier.data}
            durations={durations.data}
            durationsEarlier={durationsEarlier.data}
          />
          {total === 0 ? (
            <Nothing title="No incident was archived in this range with these filters.">
              Choose a longer range, or take a filter away. Open incidents are in Now; a closed one is archived some
              seconds after it ended.
            </Nothing>
          ) : (
            <div className={css["grid"]}>
              <Chart title="Over time, by outcome" wide>
                <OverTime query={query} />
              </Chart>
              <Chart title="By group">
                <ByName panel="groups" query={query} picked={search.group} onPick={pick("group")} />
              </Chart>
              <Chart title="By zone">
                <ByName
                  panel="zones"
                  query={query}
                  picked={search.availabilityZone}
                  onPick={pick("availabilityZone")}
                />
              </Chart>
              <Chart title="By type">
                <ByName panel="types" query={query} picked={search.instanceType} onPick={pick("instanceType")} />
              </Chart>
              <Chart title="By region">
                <ByName panel="regions" query={query} picked={search.region} onPick={pick("region")} />
              </Chart>
              <Chart title="By outcome">
                <ByName panel="outcomes" query={query} picked={search.outcome} onPick={pick("outcome")} />
              </Chart>
              <Chart title="Zone by time">
                <ZonesOverTime query={query} />
              </Chart>
            </div>
          )}
        </>
      )}
      <Details query={query} />
    </>
  );
}

interface ChartProps {
  readonly title: string;
  readonly wide?: boolean;
  readonly children: ReactElement;
}

const Chart = ({ title, wide = false, children }: ChartProps): ReactElement => (
  <section className={wide ? css["wide"] : undefined}>
    <h2>{title}</h2>
    {children}
  </section>
);
