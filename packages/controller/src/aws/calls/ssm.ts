import type { Ms } from "../../clock.ts";
import type { Ask, Place } from "../ask.ts";

export interface RunCommand {
  readonly instanceId: string;
  /** Name or ARN. */
  readonly document: string;
  readonly parameters: { readonly [name: string]: readonly string[] };
  readonly comment: string;
  /** The command must start within this time, or it is cancelled. AWS's minimum is 30 s. */
  readonly startWithin: Ms;
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html */
export interface CommandInvocation {
  /** `Pending`, `InProgress`, `Delayed`, `Success`, `Cancelled`, `TimedOut`, `Failed`, `Cancelling`. */
  readonly status: string;
  /** A more detailed status: `Undeliverable`, `Execution Timed Out`, … */
  readonly details: string;
  /** Negative while it runs, and if it never ran. */
  readonly exitCode: number | null;
  /** The beginning of its output: AWS keeps 24,000 characters. */
  readonly output: string;
  readonly errors: string;
}

/** The calls to AWS Systems Manager. */
export interface SsmCalls {
  /**
   * Runs a document on one instance, by Run Command. Fails with `InvalidInstanceId` if Systems Manager does not manage
   * it.
   */
  sendCommand(at: Place, command: RunCommand, ask: Ask): Promise<{ readonly commandId: string | null }>;
  /** Reads the state of a command; returns null if it is not known (yet: for a moment after it was sent). */
  invocation(at: Place, commandId: string, instanceId: string, ask: Ask): Promise<CommandInvocation | null>;
}
