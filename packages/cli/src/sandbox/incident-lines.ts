import type { Incident } from "@spotkeeper/controller";
import { printable } from "../table.ts";
import { clockTime, countdown, endingOf, homeOf, stepOf, subjectOf, typeOf, whyOf, zoneOf } from "./describe.ts";
import { cell, type Line, type Piece, type Tone } from "./paint.ts";
import { MIDDLE, NARROW, WIDE } from "./sizes.ts";

const BAR = 8;

/** Returns the columns of subject and group. */
const who = (one: Incident, width: number): string =>
  width < MIDDLE
    ? `${cell(subjectOf(one), 10)} ${cell(homeOf(one), 12)}`
    : `${cell(subjectOf(one), 19)} ${cell(homeOf(one), 13)}`;

/** Renders open incidents, those with the least time first. */
export function openLines(all: readonly Incident[], now: number, width: number, most: number): Line[] {
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

/** Renders closed incidents with how they ended. */
export function endedLines(all: readonly Incident[], width: number, most: number): Line[] {
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
