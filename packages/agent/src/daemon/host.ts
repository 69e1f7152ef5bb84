import type { Host } from "../options.ts";

/** The process, as the daemon needs it: more than the agent does. */
export interface DaemonHost extends Host {
  /** Writes log lines. */
  readonly write: (text: string) => void;
  /** Whether a terminal is attached: it sends SIGINT to the command itself. */
  readonly isTerminal: boolean;
}
