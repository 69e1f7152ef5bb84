import { findResponder, responders } from "../../../../controller/src/respond/responders/index.ts";
import { parts } from "./parts.ts";

/** The simulated shop has none of these; they are the same one-line safe write as deregister-classic. */
const ELSEWHERE: ReadonlySet<string> = new Set(["deregister-discovery", "register-discovery"]);

/** Every responder of the registry, and the other places where something is written: a new one is covered by itself. */
const NAMES: readonly string[] = [
  ...Object.keys(responders).filter((name) => !ELSEWHERE.has(name)),
  ...Object.keys(parts),
];

/** An effect must be reached. A poll that ended before its turn (a busy machine) had nothing left to lose. */
export const isEffect = (boundary: string): boolean => {
  const [name = ""] = boundary.split(":");
  return name in parts || findResponder(name)?.nature === "acts";
};

/** A second raise of a group, while what the first one was for is retired. */
export const RAISED_TWICE = "set-desired:after:1";

export const ALL: readonly string[] = [...NAMES.flatMap((name) => [`${name}:before`, `${name}:after`]), RAISED_TWICE];
/** What comes after an effect is where two workers could disagree. */
export const AFTER_EFFECTS: readonly string[] = NAMES.map((name) => `${name}:after`).filter(isEffect);

/** What happens only where a group retains an instance, since somebody else's hook was abandoned. */
export const isOfRetained = (boundary: string): boolean => boundary.startsWith("end-retained:");
