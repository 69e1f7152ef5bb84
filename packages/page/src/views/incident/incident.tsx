import type { IncidentDetailView } from "@spotkeeper/controller";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { ApiError } from "../../api/ask.ts";
import { incidentQuery } from "../../api/queries.ts";
import { useServerNow } from "../../time/server-clock.ts";
import { dateTime, span } from "../../time/format.ts";
import { Glyph } from "../../ui/glyph.tsx";
import { Failed, Loading, Nothing } from "../../ui/notice.tsx";
import { OUTCOME_WORDS, shortId, stateOf } from "../../ui/state.ts";
import { Axis } from "./axis.tsx";
import { Journal } from "./journal.tsx";
import { barsOf } from "./lanes.ts";
import { Plan } from "./plan.tsx";
import css from "./incident.module.css";

/** What happened to this one? The flight recorder of one incident. */
export function IncidentPage(): ReactElement {
  const { id } = useParams({ from: "/incidents/$id" });
  const { data, error } = useQuery(incidentQuery(id));
  const now = useServerNow();
  const [chosen, setChosen] = useState(() => Number(/^#entry-(\d+)$/.exec(location.hash)?.[1] ?? 0));
  if (data === undefined) {
    if (error instanceof ApiError && error.status === 404)
      return <Nothing title={`No incident is called ${id}.`}>It may have been removed from the archive.</Nothing>;
    return error === null ? <Loading what="the incident" /> : <Failed error={error} />;
  }
  const deadline = data.deadline === null ? null : Date.parse(data.deadline);
  return (
    <article className={css["incident"]}>
      <header>
        <h1>
          <Glyph state={stateOf(data, now)} /> {titleOf(data)}
        </h1>
        <p className="soft">
          {[data.subject.id, data.cluster?.split("/").at(-1), data.region, data.account]
            .filter((part) => part)
            .join(" · ")}
        </p>
      </header>
      <dl className={css["facts"]}>
        {factsOf(data, now).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <section aria-labelledby="axis">
        <h2 id="axis">Until the deadline, and after</h2>
        <Axis
          bars={barsOf(data.steps, data.drainedAt === null ? null : Date.parse(data.drainedAt), now)}
          timeline={data.timeline}
          deadline={deadline}
          chosen={chosen}
          onChoose={setChosen}
        />
        <p className={`${css["key"]} soft small`}>
          Filled: acts. Hollow: waits. Dashed: left out or given up. Dark: what the end waited for. <kbd>j</kbd> and{" "}
          <kbd>k</kbd> go through the journal.
        </p>
        <Journal timeline={data.timeline} chosen={chosen} onChoose={setChosen} />
        {data.timelineCut && <p className="soft">The timeline is longer; the rest is not shown.</p>}
        {data.missing.map(({ store, message }) => (
          <p key={store} className="doomed">
            The {store} could not be read: {message}
          </p>
        ))}
      </section>
      {data.steps.length > 0 && <Plan incident={data} />}
    </article>
  );
}

/** Says what happened as a person would: "m5.large in eu-west-1b of web: drained with 47 s to spare". */
function titleOf(one: IncidentDetailView): string {
  const what = one.instanceType ?? (one.subject.type === "task" ? "Fargate task" : shortId(one.subject.id));
  const where = `${what} in ${one.availabilityZone ?? one.region ?? "an unknown zone"}`;
  const of = one.group ?? one.cluster?.split("/").at(-1) ?? null;
  return `${where}${of === null ? "" : ` of ${of}`}: ${endOf(one)}`;
}

function endOf({ open, outcome, drainedAt, marginSeconds, goneAt, servesAt }: IncidentDetailView): string {
  if (outcome !== null && outcome !== "drained") return OUTCOME_WORDS[outcome];
  if (drainedAt === null) return open ? "open" : "drained";
  const spare =
    marginSeconds === null
      ? ""
      : marginSeconds < 0
        ? ` ${Math.round(-marginSeconds)} s late`
        : ` with ${Math.round(marginSeconds)} s to spare`;
  const replaced =
    servesAt === null || goneAt === null ? "" : `, replaced ${span(Date.parse(servesAt) - Date.parse(goneAt))} after`;
  return `drained${spare}${replaced}`;
}

function factsOf(one: IncidentDetailView, now: number): readonly (readonly [string, string])[] {
  const [firstSignal] = one.signals;
  const rows: readonly (readonly [string, string | null])[] = [
    ["heard", firstSignal === undefined ? null : `${firstSignal.kind.replaceAll("-", " ")}, ${dateTime(one.openedAt)}`],
    ["signals", one.signalCount > 1 ? String(one.signalCount) : null],
    [
      "first action",
      one.firstActionSeconds === null ? null : `${one.firstActionSeconds.toFixed(2)} s after the notice`,
    ],
    ["deadline", one.deadline === null ? null : dateTime(one.deadline)],
    ["services", one.services.length === 0 ? null : one.services.join(", ")],
    ["uptime", one.uptimeSeconds === null ? null : span(one.uptimeSeconds * 1_000)],
    [
      "slowest step",
      one.slowestStep === null
        ? null
        : `${one.slowestStep.responder.replaceAll("-", " ")}, ${one.slowestStep.seconds.toFixed(1)} s`,
    ],
    ["mode", one.mode === "act" ? null : one.mode],
    ["evidence", one.evidence.length === 0 ? null : one.evidence.join("; ")],
    ["open for", one.open ? span(now - Date.parse(one.openedAt)) : null],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}
