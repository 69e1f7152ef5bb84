import type { Ms } from "../clock.ts";
import { noOther, oneOf, wants, within } from "../options.ts";
import { type Drainable, type DrainHandler, onePhase, type Phase, phases } from "./phases.ts";

export interface Registration {
  readonly name: string;
  readonly drain: Drainable;
  /** The most milliseconds for each handler; undefined means the whole phase. */
  readonly budget: Ms | undefined;
}

export interface RegisterOptions {
  /** The phase of a handler that is a plain function; default `finish`. */
  readonly phase?: Phase;
  /** The most milliseconds for the handler; default: the whole phase. */
  readonly budget?: Ms;
}

/**
 * Adds a part to drains. Returns a function that removes it.
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`
 */
export type Add = (name: string, drain: DrainHandler | Drainable, options?: RegisterOptions) => () => void;

/** @param parts the registered parts, in the order of registration */
export const addTo =
  (parts: Set<Registration>): Add =>
  (name, drain, options = {}) => {
    const { phase = "finish", budget } = options;
    const part = { name, drain: typeof drain === "function" ? { [phase]: drain } : drain, budget };
    const called = `onDrain "${name}"`;
    noOther(called, options, ["phase", "budget"]);
    const wanted = `a function, for ${onePhase}`;
    // An adapter may have other properties besides its phases.
    if (!phases.some((one) => typeof part.drain?.[one] === "function")) {
      for (const one in part.drain) oneOf(called, one, phases, wanted);
      wants(false, called, drain, wanted);
    }
    within(`${called}: budget`, budget ?? 0);
    parts.add(part);
    return () => parts.delete(part);
  };
