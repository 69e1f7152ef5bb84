import { SpotkeeperError as AgentError } from "@spotkeeper/agent";
import { SpotkeeperError } from "@spotkeeper/controller";
import { CommanderError } from "commander";
import { printable } from "./table.ts";
import { EXIT, type ExitCode } from "./io.ts";

/** Errors in the command line, the config, or a secret or address that it names. All other errors are failed work. */
const USAGE = /^SK-(CONFIG|CALL|INPUT|SECRET|AGENT-(CALL|ENDPOINT)|SHOW-LISTEN)(-|$)/;

/**
 * Returns the exit code for an error that ended a command, and the text for standard error (empty if it was already
 * written).
 */
export function failureOf(error: unknown, verbose: boolean): { readonly code: ExitCode; readonly text: string } {
  // Commander has already written the help, the version, or the error.
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? EXIT.done : EXIT.usage, text: "" };
  if (!isOurs(error)) {
    const text = error instanceof Error ? (verbose ? (error.stack ?? error.message) : error.message) : String(error);
    return {
      code: EXIT.failed,
      text: `spotkeeper: ${text}\n${verbose ? "" : "Run it again with --verbose for details.\n"}`,
    };
  }
  const stack = verbose && error.stack !== undefined ? `${error.stack}\n${causes(error)}` : "";
  return {
    code: USAGE.test(error.code) ? EXIT.usage : EXIT.failed,
    text: `${linesOf(error.message)}\n(${error.code})\n${stack}`,
  };
}

/** The agent has no dependencies, so it has its own error class of the same shape. */
const isOurs = (error: unknown): error is SpotkeeperError =>
  error instanceof SpotkeeperError || error instanceof AgentError;

/** A message may contain a name, a path or an answer from outside. */
const linesOf = (message: string): string => message.split("\n").map(printable).join("\n");

function causes(error: Error): string {
  const lines: string[] = [];
  for (let cause = error.cause; cause instanceof Error && lines.length < 5; cause = cause.cause) {
    lines.push(`caused by ${cause.name}: ${cause.message}\n`);
  }
  return lines.join("");
}
