import { constants } from "node:os";
import { messageOf, SpotkeeperError } from "../errors.ts";

/** A child process. */
export interface Child {
  /**
   * Resolves with the exit code, or with 128 + the number of the signal that ended the process, as a shell does.
   * Rejects if the process cannot be started.
   */
  readonly ended: Promise<number>;
  signal(name: NodeJS.Signals): void;
}

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** `inherit`: the child uses the daemon's terminal. */
  readonly stdio: "inherit" | "ignore";
}

/** Starts a process without a shell. */
export function startChild(file: string, args: readonly string[], { env, stdio }: ChildOptions): Child {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn(file, args, { stdio, ...(env === undefined ? {} : { env }) });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error) => {
      const message = `${file} cannot be started: ${messageOf(error)}. See that it is there and may be executed.`;
      if (child.pid === undefined) reject(new SpotkeeperError("SK-AGENT-COMMAND", message, { cause: error }));
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  return { ended, signal: (name) => void child.kill(name) };
}
