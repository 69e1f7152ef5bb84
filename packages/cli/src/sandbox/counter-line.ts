import { type Line, type Piece, type Tone, widthOf } from "./paint.ts";
import type { Summary } from "./summary.ts";

/** Renders what was done so far, as many figures as there is room for, the most important first. */
export function counterLine(summary: Summary, width: number): Line {
  const { closed, due, drainedInTime, tasksLost, duplicateEffects, awsCalls, throttled } = summary;
  const item = (value: string, name: string, tone: Tone): Line => [
    [value, tone],
    [` ${name}`, "dim"],
  ];
  const zero = (count: number): Tone => (count === 0 ? "good" : "bad");
  const tasks = (count: number): string => (count === 1 ? "task" : "tasks");
  return joined(
    [
      item(`${drainedInTime} of ${due}`, "drained in time", drainedInTime === due ? "good" : "bad"),
      item(String(tasksLost), `${tasks(tasksLost)} killed`, zero(tasksLost)),
      item(String(duplicateEffects), "done twice", zero(duplicateEffects)),
      item(String(awsCalls), "AWS calls", "bold"),
      item(String(throttled), "throttled", throttled === 0 ? "good" : "warn"),
      item(String(closed), "ended", "bold"),
    ],
    width,
  );
}

/** Joins as many items as there is room for. */
function joined(items: readonly Line[], width: number): Line {
  const line: Piece[] = [];
  for (const item of items) {
    const next: Line = line.length === 0 ? item : [["   ", "plain"], ...item];
    if (widthOf([...line, ...next]) > width) break;
    line.push(...next);
  }
  return line;
}
