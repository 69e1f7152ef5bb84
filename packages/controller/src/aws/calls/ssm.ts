import type { Ms } from "../../clock.ts";
import type { Ask, Place } from "../ask.ts";

export interface RunCommand {
  readonly instanceId: string;
  /** Name or ARN. */
  readonly document: string;
  readonly parameters: { readonly [name: string]: readonly string[] };
  readonly comment: string;
  /** One that has not begun by then never does; AWS takes no less than 30 s. */
  readonly startWithin: Ms;
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html */
export interface CommandInvocation {
  /** `Pending`, `InProgress`, `Delayed`, `Success`, `Cancelled`, `TimedOut`, `Failed`, `Cancelling`. */
  readonly status: string;
  /** The same, more precisely: `Undeliverable`, `Execution Timed Out`, … */
  readonly details: string;
  /** Below 0 while it runs, and where it never did. */
  readonly exitCode: number | null;
  /** Its beginning: AWS keeps 24,000 characters. */
  readonly output: string;
  readonly errors: string;
}

/** What Spotkeeper asks of AWS Systems Manager. */
export interface SsmCalls {
  /** Runs a document on one instance, through Run Command. `InvalidInstanceId` where Systems Manager does not manage it. */
  sendCommand(at: Place, command: RunCommand, ask: Ask): Promise<{ readonly commandId: string | null }>;
  /** How it goes; null where it is not known (yet: for a moment after it was sent). */
  invocation(at: Place, commandId: string, instanceId: string, ask: Ask): Promise<CommandInvocation | null>;
}
