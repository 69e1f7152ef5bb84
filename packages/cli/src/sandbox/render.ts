import type { Incident } from "@spotkeeper/controller";
import { printable } from "../table.ts";
import { alertLines, type SentAlert } from "./alert-lines.ts";
import { counterLine } from "./counter-line.ts";
import { clockTime } from "./describe.ts";
import { fleetLines } from "./fleet-lines.ts";
import type { GroupRow } from "./fleet.ts";
import { endedLines, openLines } from "./incident-lines.ts";
import { type Line, paintLine, spread } from "./paint.ts";
import { outcomesText, type Summary } from "./summary.ts";
import { FEW, LEAST_COLUMNS, LOW, MIDDLE, TALL } from "./sizes.ts";

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
  readonly alerts: readonly SentAlert[];
  /** The worker's last error. */
  readonly trouble: string | null;
  readonly summary: Summary;
}

export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly colors: boolean;
}

/** Returns how many groups of the fleet are drawn alone. */
const groupsFor = (rows: number): number => (rows >= TALL ? Infinity : rows >= LOW ? FEW : 0);

/** Renders the whole screen: exactly `rows` lines of at most `columns` characters. */
export function render(view: View, { columns, rows, colors }: Canvas): readonly string[] {
  const width = Math.max(columns, LEAST_COLUMNS);
  const isShort = rows < TALL;
  const gap: readonly Line[] = isShort ? [] : [[]];
  const top = [...head(view, width, isShort), ...gap, ...fleetLines(view.fleet, width, groupsFor(rows)), ...gap];
  const foot = [...gap, counterLine(view.summary, width), lastLine(view, width, isShort)];
  // Three headings, and the gaps between the lists.
  const room = Math.max(3, rows - top.length - foot.length - 3 - 2 * gap.length);
  const [forOpen, forEnded, forAlerts] = share(room, view);
  const lines: Line[] = [
    ...top,
    heading("OPEN INCIDENTS", view.open.length),
    ...padded(openLines(view.open, view.now, width, forOpen), forOpen, "none"),
    ...gap,
    heading("LAST OUTCOMES", outcomesText(view.summary)),
    ...padded(endedLines(view.ended, width, forEnded), forEnded, "none yet"),
    ...gap,
    heading("ALERTS", view.alerts.length),
    ...padded(alertLines(view.alerts, view.now, width, forAlerts), forAlerts, "none yet"),
    ...foot,
  ];
  return lines.slice(0, rows).map((line) => paintLine(line, columns, colors));
}

const addressOf = ({ url }: View): Line => [
  ["page ", "plain"],
  [url, "info"],
];

function head(view: View, width: number, isShort: boolean): Line[] {
  const { now, speed, slow, trace } = view;
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
  const first = spread(left, right, width);
  return isShort ? [first] : [first, spread(addressOf(view), [[`trace ${trace}`, "dim"]], width)];
}

/** Renders the last line: the worker's last error, else how to end; on a short screen also the address. */
function lastLine(view: View, width: number, isShort: boolean): Line {
  if (view.trouble !== null) return [[printable(view.trouble), "bad"]];
  const end: Line = [["Ctrl-C ends with a summary", "dim"]];
  return isShort ? spread(end, addressOf(view), width) : end;
}

const heading = (name: string, more: number | string): Line => [
  [name, "bold"],
  [more === 0 || more === "" ? "" : `  ${more}`, "dim"],
];

const padded = (lines: readonly Line[], rows: number, none: string): Line[] => {
  const shown: readonly Line[] = lines.length === 0 ? [[[`  ${none}`, "dim"]]] : lines;
  return Array.from({ length: rows }, (_, index) => shown[index] ?? []);
};

/**
 * Returns the rows of each list. Alerts have two for the newest, which says what is at stake, and more on a large
 * screen; open incidents get as many as they need of the rest, and outcomes at least one.
 */
function share(room: number, { open: { length } }: View): readonly [number, number, number] {
  const alerts = Math.min(room - 2, Math.max(2, Math.floor(room / 4)));
  const most = room - alerts - Math.max(1, Math.floor(room / 6));
  const open = Math.max(1, Math.min(most, Math.max(length, Math.floor(room / 3))));
  return [open, Math.max(1, room - open - alerts), Math.max(1, alerts)];
}
