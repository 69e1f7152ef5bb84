import type { PanelView } from "@spotkeeper/controller";

/** Instances that AWS took back. */
const INTERRUPTED = ["drained", "nothing-drained", "deadline-passed", "missed-notice"];
const IN_TIME = ["drained", "nothing-drained"];

export interface Counts {
  readonly all: number;
  readonly interrupted: number;
  readonly warned: number;
  readonly inTime: number;
  readonly missed: number;
  readonly calledOff: number;
}

/** Adds outcomes up. Pure. */
export function countsOf({ marks }: Pick<PanelView, "marks">): Counts {
  const of = (names: readonly string[]): number =>
    marks.reduce((sum, { name, count }) => sum + (name !== null && names.includes(name) ? count : 0), 0);
  const missed = of(["missed-notice"]);
  const interrupted = of(INTERRUPTED);
  return {
    all: marks.reduce((sum, { count }) => sum + count, 0),
    interrupted,
    warned: interrupted - missed,
    inTime: of(IN_TIME),
    missed,
    calledOff: of(["cancelled", "told"]),
  };
}
