import type { Host } from "../options.ts";

/** What the daemon has of its process beyond what the agent needs. */
export interface DaemonHost extends Host {
  /** Lines of the log. */
  readonly write: (text: string) => void;
  /** A terminal sends its own interrupts to the command. */
  readonly isTerminal: boolean;
}
