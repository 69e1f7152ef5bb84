import type { Ms } from "../clock.ts";
import { wants, within } from "../options.ts";
import type { Budgets } from "./budgets.ts";
import { defaultBudgets, type Drainable, type DrainHandler, LONGEST_BUDGET, type Phase, phases } from "./phases.ts";

export interface Registration {
  readonly name: string;
  readonly drain: Drainable;
  /** Milliseconds at most; undefined: as long as its phase. */
  readonly budget: Ms | undefined;
}

export interface RegisterOptions {
  /** The phase of a handler that is a plain function; `finish` unless told otherwise. */
  readonly phase?: Phase;
  /** Milliseconds at most; as long as its phase unless told otherwise. */
  readonly budget?: Ms;
}

/** What takes part in a drain. */
export interface Registry {
  /**
   * Returns what takes it out again.
   *
   * @throws SpotkeeperError `SK-AGENT-OPTION`
   */
  add(name: string, drain: DrainHandler | Drainable, options?: RegisterOptions): () => void;
  /** What has something to do in a phase, in the order in which it came. */
  of(phase: Phase): readonly Registration[];
  /**
   * How long a phase wants: its budget, or more where a handler asks for more, or less where all of them do; and nothing
   * where there is nothing to do.
   */
  want(phase: Phase): Ms;
}

const takesPart = (drain: Drainable | undefined): boolean =>
  phases.some((phase) => typeof drain?.[phase] === "function");

/** @param holds whether `unready` lasts although it has no handler, since somebody asks for the health */
export const createRegistry = (budgets: Budgets, holds: () => boolean): Registry => {
  const parts = new Set<Registration>();
  const of = (phase: Phase): readonly Registration[] => [...parts].filter(({ drain }) => drain[phase]);
  return {
    of,
    add(name, drain, { phase = "finish", budget } = {}) {
      const part = { name, drain: typeof drain === "function" ? { [phase]: drain } : drain, budget };
      const called = `onDrain "${name}"`;
      wants(takesPart(part.drain), called, drain, `a function, for one of the phases ${phases.join(", ")}`);
      within(`${called}: budget`, budget ?? 0, 0, LONGEST_BUDGET);
      parts.add(part);
      return () => void parts.delete(part);
    },
    want(phase) {
      const whole = budgets[phase] ?? defaultBudgets[phase];
      const held = phase === "unready" && holds();
      return Math.max(held ? whole : 0, ...of(phase).map(({ budget = whole }) => budget));
    },
  };
};
