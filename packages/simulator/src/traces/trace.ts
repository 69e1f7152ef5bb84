import type { Ms } from "../operation.ts";

/** One node of a recorded fleet came, or was taken. `at` counts from the start of the trace. */
export interface TraceEvent {
  readonly at: Ms;
  readonly kind: "launch" | "interrupt";
  readonly node: string;
  readonly zone?: string;
  readonly type?: string;
}

export interface Trace {
  readonly name: string;
  /** In order of time. */
  readonly events: readonly TraceEvent[];
  /** From the start to the last observation. */
  readonly duration: Ms;
}

/** A file that is not what it should be: which, where, and what was expected. */
export class TraceError extends Error {
  readonly file: string;
  /** From 1; 0 where the file as a whole is wrong. */
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

/** The lines that hold something; numbers are the file's own. */
export const linesOf = (text: string): Line[] =>
  text
    .split(/\r?\n/u)
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== "");

/** Events in order of time; `at` counts from the first observation. */
export const traceOf = (name: string, events: readonly TraceEvent[], first: Ms, last: Ms): Trace => ({
  name,
  events: events.map((event) => ({ ...event, at: event.at - first })).toSorted((one, other) => one.at - other.at),
  duration: last - first,
});
