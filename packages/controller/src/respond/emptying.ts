import type { Step } from "../model/step.ts";

/** Steps that take work off an instance, or wait until it is off. */
const TAKES_OFF: readonly string[] = [
  "deregister-target",
  "deregister-classic",
  "deregister-lattice",
  "deregister-discovery",
  "set-draining",
  "await-targets",
  "drain-tasks",
  "http-drain-hook",
  "ssm-run-command",
  "await-command",
  "await-work",
];

/** All that must be settled before an instance has drained: also what is held back for others. */
const EMPTYING: ReadonlySet<string> = new Set(["hold-last", ...TAKES_OFF]);

export const empties = ({ responder }: Pick<Step, "responder">): boolean => EMPTYING.has(responder);

/** Whether anything was there to be taken off, and allowed to be. */
export const wasEmptied = (steps: readonly Step[]): boolean =>
  steps.some((step) => step.state !== "skipped" && TAKES_OFF.includes(step.responder));
