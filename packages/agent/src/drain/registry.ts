import type { Ms } from "../clock.ts";
import type { Budgets } from "./budgets.ts";
import { defaultBudgets, type Drainable, type DrainHandler, type Phase, phases } from "./phases.ts";
import type { PhaseHandler } from "./run-phase.ts";

export interface Registration {
  readonly name: string;
  readonly drainable: Drainable;
  readonly budget: Ms | null;
}

export interface RegisterOptions {
  /** The phase of a handler that is a plain function; `finish` unless told otherwise. */
  readonly phase?: Phase;
  /** Milliseconds at most; as long as its phase unless told otherwise. */
  readonly budget?: Ms;
}

export interface Registry {
  /** Returns what takes it out again. */
  add(name: string, drain: DrainHandler | Drainable, options: RegisterOptions): () => void;
  all(): readonly Registration[];
  of(phase: Phase): readonly PhaseHandler[];
}

export function createRegistry(): Registry {
  const registered = new Set<Registration>();
  return {
    add(name, drain, { phase = "finish", budget }) {
      const drainable: Drainable = typeof drain === "function" ? { [phase]: drain } : drain;
      const registration = { name, drainable, budget: budget ?? null };
      registered.add(registration);
      return () => void registered.delete(registration);
    },
    all: () => [...registered],
    of: (phase) =>
      [...registered].flatMap(({ name, drainable, budget }) => {
        const handler = drainable[phase];
        return handler === undefined ? [] : [{ name, handler, budget }];
      }),
  };
}

/**
 * What each phase wants: its configured budget, or more where a handler asks for more, or less where all of them do; and
 * nothing where there is nothing to do.
 *
 * @param holds whether `unready` lasts although it has no handler, since somebody asks for the health
 */
export function wantsOf(
  registry: Pick<Registry, "of">,
  configured: Budgets,
  planned: readonly Phase[],
  holds: boolean,
): Budgets {
  const wants: { [P in Phase]?: Ms } = {};
  for (const phase of phases.filter((one) => planned.includes(one))) {
    const budget = configured[phase] ?? defaultBudgets[phase];
    const own = registry.of(phase).map((handler) => handler.budget ?? budget);
    const held = phase === "unready" && (holds || own.length > 0) ? budget : 0;
    const want = Math.max(held, ...own);
    if (want > 0) wants[phase] = want;
  }
  return wants;
}
