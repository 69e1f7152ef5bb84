import type { Cell, GroupRow } from "./fleet.ts";
import { cell, type Line, type Piece, spread, type Tone, widthOf } from "./paint.ts";

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

/** The groups in which most happens first; the names keep their order where as much happens. */
const busiest = (groups: readonly GroupRow[]): readonly GroupRow[] =>
  groups.toSorted((one, other) => changing(other) - changing(one));

const changing = ({ cells }: GroupRow): number => cells.filter((one) => one !== "spot" && one !== "on-demand").length;

/**
 * Renders the fleet: a heading with the legend, and a line for each group. If there are more than `most`, the calmest
 * share a line.
 */
export function fleetLines(all: readonly GroupRow[], width: number, most: number): Line[] {
  const groups = all.length > most + 1 ? busiest(all).slice(0, most) : all;
  const rest = all.filter((one) => !groups.includes(one));
  const names = Math.min(20, Math.max(8, ...groups.map(({ name }) => name.length)));
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
    ...(rest.length === 0 ? [] : [together(rest, names, groups.length === 0 ? "groups" : "more")]),
  ];
}

/** Renders groups in one line: how many there are, and how much of them is in service. */
function together(groups: readonly GroupRow[], names: number, word: string): Line {
  const sum = (of: (group: GroupRow) => number): number => groups.reduce((total, one) => total + of(one), 0);
  const [is, wants] = [sum(({ inService }) => inService), sum(({ desired }) => desired)];
  return [
    [`  ${cell(`${groups.length} ${word}`, names)} `, "dim"],
    [`${is}/${wants}`.padStart(6), is < wants ? "warn" : "dim"],
  ];
}
