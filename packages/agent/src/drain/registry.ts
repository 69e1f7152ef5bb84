import type { Ms } from "../clock.ts";
import { noOther, oneOf, wants, within } from "../options.ts";
import { type Drainable, type DrainHandler, onePhase, type Phase, phases } from "./phases.ts";

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

/**
 * Has something take part in a drain. Returns what takes it out again.
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`
 */
export type Add = (name: string, drain: DrainHandler | Drainable, options?: RegisterOptions) => () => void;

/** @param parts what takes part, in the order in which it came */
export const addTo =
  (parts: Set<Registration>): Add =>
  (name, drain, options = {}) => {
    const { phase = "finish", budget } = options;
    const part = { name, drain: typeof drain === "function" ? { [phase]: drain } : drain, budget };
    const called = `onDrain "${name}"`;
    noOther(called, options, ["phase", "budget"]);
    const wanted = `a function, for ${onePhase}`;
    // What an adapter has besides its phases is its own.
    if (!phases.some((one) => typeof part.drain?.[one] === "function")) {
      for (const one in part.drain) oneOf(called, one, phases, wanted);
      wants(false, called, drain, wanted);
    }
    within(`${called}: budget`, budget ?? 0);
    parts.add(part);
    return () => parts.delete(part);
  };
