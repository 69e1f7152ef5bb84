import type { Ms } from "../operation.ts";

/** A node of a recorded fleet was launched or interrupted. `at` counts from the start of the trace. */
export interface TraceEvent {
  readonly at: Ms;
  readonly kind: "launch" | "interrupt";
  readonly node: string;
  readonly zone?: string;
  readonly type?: string;
}

export interface Trace {
  readonly name: string;
  /** Ordered by time. */
  readonly events: readonly TraceEvent[];
  /** From the first to the last observation. */
  readonly duration: Ms;
}

/** An error in a trace file, with file, line and what was expected. */
export class TraceError extends Error {
  readonly file: string;
  /** Counted from 1; 0 if the file as a whole is wrong. */
  readonly line: number;
  constructor(file: string, line: number, message: string) {
    super(line === 0 ? `${file}: ${message}` : `${file}:${line}: ${message}`);
    this.name = "TraceError";
    this.file = file;
    this.line = line;
  }
}

export interface Line {
  readonly number: number;
  readonly text: string;
}

/** Returns the non-empty lines with their numbers in the file. */
export const linesOf = (text: string): Line[] =>
  text
    .split(/\r?\n/u)
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== "");

/** Makes a trace with events ordered by time; `at` counts from the first observation. */
export const traceOf = (name: string, events: readonly TraceEvent[], first: Ms, last: Ms): Trace => ({
  name,
  events: events.map((event) => ({ ...event, at: event.at - first })).toSorted((one, other) => one.at - other.at),
  duration: last - first,
});
