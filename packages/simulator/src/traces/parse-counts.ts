import type { Line, Trace, TraceEvent } from "./trace.ts";
import { TraceError, traceOf } from "./trace.ts";
import type { Ms } from "../operation.ts";

interface Point {
  readonly line: number;
  readonly at: Ms;
  readonly count: number;
}

/**
 * Makes nodes of a count: each step up launches, each step down takes the oldest. Which node went is not in the data, so
 * it is a convention: ages in such a trace mean little, numbers and storms do.
 */
const eventsOf = (points: readonly Point[]): TraceEvent[] => {
  const present: string[] = [];
  const events: TraceEvent[] = [];
  let made = 0;
  for (const { at, count } of points) {
    while (present.length < count) {
      made += 1;
      const node = `node${made}`;
      present.push(node);
      events.push({ at, kind: "launch", node });
    }
    for (const node of present.splice(0, present.length - count)) events.push({ at, kind: "interrupt", node });
  }
  return events;
};

const traceOfPoints = (file: string, points: readonly Point[]): Trace =>
  traceOf(file, eventsOf(points), points[0]?.at ?? 0, points.at(-1)?.at ?? 0);

/** The files do not name their unit: hours have decimals, milliseconds go beyond what seconds of a trace could (11 days). */
const unitOf = (times: readonly string[]): Ms => {
  if (times.some((time) => time.includes("."))) return 3_600_000;
  return Number(times.at(-1) ?? 0) > 1_000_000 ? 1 : 1000;
};

/** `21529,4`: a time and how many there are; a step is drawn as two lines with one time (Bamboo and Parcae). */
export const parseCountCsv = (file: string, lines: readonly Line[]): Trace => {
  const rows = lines.map(({ number, text }) => {
    const [, time = "", count = ""] = /^(\d+(?:\.\d+)?),(\d+)$/u.exec(text) ?? [];
    if (count === "") throw new TraceError(file, number, `expected "<time>,<count>", got "${text}"`);
    return { number, time, count: Number(count) };
  });
  const unit = unitOf(rows.map(({ time }) => time));
  let last = 0;
  const points = rows.map(({ number, time, count }): Point => {
    const at = Math.round(Number(time) * unit);
    if (at < last) throw new TraceError(file, number, `time goes back to ${time}`);
    last = at;
    return { line: number, at, count };
  });
  return traceOfPoints(file, points);
};

/** Each measurement of the V100 trace is written three times, a minute apart, so that neighbours overlap this much. */
const overlap: Ms = 5 * 60_000;

/** `2021-12-11, 11:11:30, 55`: date, time (read as UTC), count (Bamboo). The order of the lines is that of the measurements. */
export const parseCountLog = (file: string, lines: readonly Line[]): Trace => {
  let last = Number.NEGATIVE_INFINITY;
  const points = lines.map(({ number, text }): Point => {
    const [, date = "", time = "", count = ""] =
      /^(\d{4}-\d{2}-\d{2}),\s*(\d{2}:\d{2}:\d{2}),\s*(\d+)$/u.exec(text) ?? [];
    const stated = Date.parse(`${date}T${time}Z`);
    if (Number.isNaN(stated)) throw new TraceError(file, number, `expected "<date>, <time>, <count>", got "${text}"`);
    if (stated < last - overlap) throw new TraceError(file, number, `time goes back to ${date} ${time}`);
    last = Math.max(last, stated);
    return { line: number, at: last, count: Number(count) };
  });
  return traceOfPoints(file, points);
};
