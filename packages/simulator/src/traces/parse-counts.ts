import type { Line, Trace, TraceEvent } from "./trace.ts";
import { TraceError, traceOf } from "./trace.ts";
import type { Ms } from "../operation.ts";

interface Point {
  readonly line: number;
  readonly at: Ms;
  readonly count: number;
}

/**
 * Makes node events from counts: each increase launches nodes, each decrease interrupts the oldest. The data do not say
 * which node went, so this is a convention: ages mean little in such a trace, numbers and storms are exact.
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

/**
 * Returns the unit of the times, which the files do not name: hours have decimals, and milliseconds are larger than a
 * trace in seconds could be (11 days).
 */
const unitOf = (times: readonly string[]): Ms => {
  if (times.some((time) => time.includes("."))) return 3_600_000;
  return Number(times.at(-1) ?? 0) > 1_000_000 ? 1 : 1000;
};

/** Parses lines such as `21529,4`: a time and a count; a step is two lines with the same time (Bamboo and Parcae). */
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

/** The V100 trace has each measurement three times, a minute apart, so times may go back by this much. */
const overlap: Ms = 5 * 60_000;

/**
 * Parses lines such as `2021-12-11, 11:11:30, 55`: date, time (as UTC), count (Bamboo), in the order of the
 * measurements.
 */
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
