import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { fleetQuery, nowQuery } from "../../api/queries.ts";
import { useServerNow } from "../../time/server-clock.ts";
import { Failed, Loading, Nothing } from "../../ui/notice.tsx";
import { FleetMap } from "./fleet-map.tsx";
import { sentenceOf, worstFirst } from "./sentence.ts";
import { Recent } from "./recent.tsx";
import { Storm } from "./storm.tsx";
import { Told } from "./told.tsx";
import css from "./now.module.css";

/** What is happening? For the engineer who was woken up. */
export function Now(): ReactElement {
  const { data, error } = useQuery(nowQuery);
  const fleet = useQuery(fleetQuery);
  const now = useServerNow();
  if (data === undefined) return error === null ? <Loading what="what is happening" /> : <Failed error={error} />;
  const { title, rest, tone } = sentenceOf(data, now);
  const alone = data.incidents.filter(({ id }) => !data.alerts.some(({ incidents }) => incidents.includes(id)));
  return (
    <>
      <section className={css["sentence"]} aria-live="polite" aria-atomic>
        <h1 className={tone === "bad" ? "doomed" : undefined}>{title}</h1>
        <p className={css["rest"]}>{rest}</p>
      </section>
      {error !== null && <Failed error={error} />}
      <div className={css["columns"]}>
        <section aria-labelledby="storms" className={css["storms"]}>
          <h2 id="storms">Alerts and their instances</h2>
          {data.alerts.length === 0 && alone.length === 0 && (
            <Nothing title="No incident is open.">A new one appears here within a second.</Nothing>
          )}
          {worstFirst(data.alerts).map((alert, n) => (
            <Storm key={alert.key} alert={alert} incidents={data.incidents} now={now} open={n === 0} />
          ))}
          {alone.length > 0 && <Storm alert={null} incidents={alone} now={now} open={data.alerts.length === 0} />}
          {data.open > data.incidents.length && (
            <p className="soft">
              {data.open - data.incidents.length} older ones are not listed here; Insights has all of them.
            </p>
          )}
          <Recent now={now} />
        </section>
        <section aria-labelledby="fleet">
          <h2 id="fleet">Fleet</h2>
          {fleet.data === undefined ? (
            <Loading what="the fleet" />
          ) : (
            <FleetMap fleet={fleet.data} incidents={data.incidents} now={now} />
          )}
        </section>
        <section aria-labelledby="told">
          <h2 id="told">Told and withheld</h2>
          <Told alerts={data.alerts} />
        </section>
      </div>
    </>
  );
}
