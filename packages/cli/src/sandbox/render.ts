import type { Incident } from "@spotkeeper/controller";
import { printable } from "../table.ts";
import { clockTime, countdown, endingOf, homeOf, stepOf, subjectOf, typeOf, whyOf, zoneOf } from "./describe.ts";
import type { Cell, GroupRow } from "./fleet.ts";
import { cell, type Line, paintLine, type Piece, spread, type Tone, widthOf } from "./paint.ts";
import { outcomesText, type Summary } from "./summary.ts";

/** The data of one screen. Times are simulated epoch milliseconds. */
export interface View {
  readonly now: number;
  /** Simulated seconds for each real second. */
  readonly speed: number;
  readonly slow: boolean;
  readonly trace: string;
  readonly url: string;
  readonly fleet: readonly GroupRow[];
  /** Open incidents, in any order. */
  readonly open: readonly Incident[];
  /** Closed incidents, newest first. */
  readonly ended: readonly Incident[];
  /** Alerts that were sent, newest first. */
  readonly alerts: readonly string[];
  /** The worker's last error. */
  readonly trouble: string | null;
  readonly summary: Summary;
}

export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly colors: boolean;
}

/** From this width on, type and zone are shown. */
const WIDE = 110;
/** From this width on, whole ids are shown; below it, the last column (current step, outcome) is shortened to fit. */
const MIDDLE = 90;
/** Below this width, only the last column and the time left are shown. */
const NARROW = 70;
/** The smallest width that is rendered. */
const LEAST_COLUMNS = 40;

/** Below this number of rows, no empty lines are used. */
const LEAST_AIRY = 24;

/** Renders the whole screen: exactly `rows` lines of at most `columns` characters. */
export function render(view: View, { columns, rows, colors }: Canvas): readonly string[] {
  const width = Math.max(columns, LEAST_COLUMNS);
  const gap: readonly Line[] = rows < LEAST_AIRY ? [] : [[]];
  const top = [...head(view, width), ...gap, ...fleet(view.fleet, width), ...gap];
  const foot = [...gap, ...counters(view, width)];
  // Three headings, and the gaps between the lists.
  const room = Math.max(3, rows - top.length - foot.length - 3 - 2 * gap.length);
  const [forOpen, forEnded, forAlerts] = share(room, view);
  const lines: Line[] = [
    ...top,
    heading("OPEN INCIDENTS", view.open.length),
    ...padded(open(view, width, forOpen), forOpen, "none"),
    ...gap,
    heading("LAST OUTCOMES", outcomesText(view.summary)),
    ...padded(ended(view.ended, width, forEnded), forEnded, "none yet"),
    ...gap,
    heading("ALERTS", view.alerts.length),
    ...padded(
      view.alerts.slice(0, forAlerts).map((text) => alert(text, width)),
      forAlerts,
      "none yet",
    ),
    ...foot,
  ];
  return lines.slice(0, rows).map((line) => paintLine(line, columns, colors));
}

function head({ now, speed, slow, trace, url }: View, width: number): Line[] {
  const why = width < MIDDLE ? "" : " while work is drained";
  const pace = `${Number(speed.toFixed(1))}x${slow ? `, slow${why}` : ""}`;
  const left: Line = [
    ["SPOTKEEPER", "title"],
    [" sandbox", "bold"],
  ];
  const right: Line = [
    [clockTime(now), "bold"],
    [` simulated, ${pace}`, slow ? "warn" : "dim"],
  ];
  return [
    spread(left, right, width),
    spread([[`${url}/api/v1/incidents`, "info"]], [[`trace ${trace}`, "dim"]], width),
  ];
}

const GLYPHS: { readonly [C in Cell]: Piece } = {
  "on-demand": ["□", "dim"],
  spot: ["■", "good"],
  doomed: ["!", "bad"],
  draining: ["▼", "warn"],
  launching: ["+", "info"],
  leaving: ["·", "dim"],
};
const CELLS = Object.keys(GLYPHS) as Cell[];
/** Short names of the glyphs, for narrow screens. */
const SHORT: { readonly [C in Cell]: string } = {
  "on-demand": "od",
  spot: "spot",
  doomed: "doomed",
  draining: "drain",
  launching: "new",
  leaving: "gone",
};

function fleet(groups: readonly GroupRow[], width: number): Line[] {
  const names = Math.min(20, Math.max(5, ...groups.map(({ name }) => name.length)));
  const legend = (word: (kind: Cell) => string): Line =>
    CELLS.flatMap((kind): Piece[] => [["  ", "plain"], GLYPHS[kind], [` ${word(kind)}`, "dim"]]);
  const title: Line = [["FLEET", "bold"]];
  const [long, short] = [legend((kind) => kind), legend((kind) => SHORT[kind])];
  return [
    spread(title, widthOf([...title, ...long]) + 2 <= width ? long : short, width),
    ...groups.map(({ name, desired, inService, cells }): Line => {
      const tone: Tone = inService < desired ? "warn" : "plain";
      const strip = CELLS.flatMap((kind) => {
        const [glyph, painted] = GLYPHS[kind];
        const count = cells.filter((one) => one === kind).length;
        return count === 0 ? [] : [[glyph.repeat(count), painted] as const];
      });
      return [
        [`  ${cell(name, names)} `, "plain"],
        [`${inService}/${desired}`.padStart(6), tone],
        ["  ", "plain"],
        ...strip,
      ];
    }),
  ];
}

const BAR = 8;

/** Returns the columns of subject and group. */
const who = (one: Incident, width: number): string =>
  width < MIDDLE
    ? `${cell(subjectOf(one), 10)} ${cell(homeOf(one), 12)}`
    : `${cell(subjectOf(one), 19)} ${cell(homeOf(one), 13)}`;

function open({ open: all, now }: View, width: number, most: number): Line[] {
  const soonest = (one: Incident): number => (one.drainedAt === null ? (one.deadline ?? Infinity) : Infinity);
  const sorted = all.toSorted((one, other) => soonest(one) - soonest(other) || other.openedAt - one.openedAt);
  const shown = sorted.length > most ? sorted.slice(0, most - 1) : sorted;
  const more = sorted.length - shown.length;
  return [
    ...shown.map((one): Line => {
      const left = one.deadline === null ? null : one.deadline - now;
      const wide = width >= WIDE;
      return [
        [`  ${who(one, width)} `, "bold"],
        ...(wide ? [[`${cell(typeOf(one), 11)} ${cell(zoneOf(one), 10)} `, "dim"] as const] : []),
        ...(width < NARROW ? [] : [[`${cell(whyOf(one), 9)} `, "plain"] as const]),
        ...timeLeft(one, left, width < NARROW ? 0 : BAR),
        [`  ${printable(stepOf(one))}`, one.drainedAt === null ? "plain" : "dim"],
      ];
    }),
    ...(more > 0 ? [[[`  and ${more} more`, "dim"]] satisfies Line] : []),
  ];
}

/** Renders the seconds until the capacity goes, and a bar of how much of two minutes they are. */
function timeLeft({ drainedAt }: Incident, left: number | null, bar: number): Piece[] {
  if (left === null) return [[" ".repeat(6 + 1 + bar), "plain"]];
  const full = Math.round(Math.min(1, Math.max(0, left / 120_000)) * bar);
  const tone: Tone = drainedAt !== null ? "good" : left < 20_000 ? "bad" : left < 60_000 ? "warn" : "info";
  return [
    [`${countdown(left).padStart(6)} `, tone],
    ["█".repeat(full), tone],
    ["░".repeat(bar - full), "dim"],
  ];
}

function ended(all: readonly Incident[], width: number, most: number): Line[] {
  return all.slice(0, most).map((one): Line => {
    const wide = width >= WIDE;
    return [
      [`  ${clockTime(one.closedAt ?? one.openedAt)} `, "dim"],
      [`${who(one, width)} `, "plain"],
      ...(wide ? [[`${cell(typeOf(one), 11)} ${cell(zoneOf(one), 10)} `, "dim"] as const] : []),
      [endingOf(one), one.outcome === "drained" ? "good" : one.outcome === "deadline-passed" ? "bad" : "plain"],
    ];
  });
}

/**
 * Renders an alert's first line. On a narrow screen the instance types are dropped first, since the most important part
 * is at the end.
 */
const alert = (text: string, width: number): Line => [
  [`  ${printable(width < WIDE ? text.replace(/ \([^()]*\)/, "") : text)}`, / CRITICAL /.test(text) ? "bad" : "plain"],
];

function counters({ summary, trouble }: View, width: number): Line[] {
  const { closed, due, drainedInTime, tasksLost, duplicateEffects, awsCalls, throttled } = summary;
  const item = (name: string, value: string, tone: Tone): Line => [
    [`${name} `, "dim"],
    [value, tone],
  ];
  const zero = (count: number): Tone => (count === 0 ? "good" : "bad");
  const items = [
    item("handled", String(closed), "bold"),
    item("in time", `${drainedInTime}/${due}`, drainedInTime === due ? "good" : "bad"),
    item("lost tasks", String(tasksLost), zero(tasksLost)),
    item("twice", String(duplicateEffects), zero(duplicateEffects)),
    item("AWS calls", String(awsCalls), "bold"),
    item("throttled", String(throttled), throttled === 0 ? "good" : "warn"),
  ];
  return [
    joined(items, width),
    trouble === null ? [["Ctrl-C ends with a summary", "dim"]] : [[printable(trouble), "bad"]],
  ];
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

const heading = (name: string, more: number | string): Line => [
  [name, "bold"],
  [more === 0 || more === "" ? "" : `  ${more}`, "dim"],
];

const padded = (lines: readonly Line[], rows: number, none: string): Line[] => {
  const shown: readonly Line[] = lines.length === 0 ? [[[`  ${none}`, "dim"]]] : lines;
  return Array.from({ length: rows }, (_, index) => shown[index] ?? []);
};

/** Returns the rows of each list: open incidents get as many as they need; outcomes and alerts get at least a few. */
function share(room: number, { open: { length } }: View): readonly [number, number, number] {
  const alerts = Math.max(1, Math.floor(room / 7));
  const most = room - alerts - Math.max(1, Math.floor(room / 4));
  const open = Math.max(1, Math.min(most, Math.max(length, Math.floor(room / 3))));
  return [open, Math.max(1, room - open - alerts), alerts];
}
