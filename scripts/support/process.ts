import { spawn } from "node:child_process";

export interface Ran {
  /** The exit code; 128 plus the signal's number if a signal ended it, as a shell does. */
  readonly code: number;
  /** Standard output and standard error, interleaved; empty if they were passed through. */
  readonly output: string;
}

interface Options {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** "show" passes the output through, "keep" returns it. */
  readonly output: "show" | "keep";
  /** Milliseconds after which the process gets SIGKILL. */
  readonly deadline: number;
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Runs one program to its end. Rejects only if the program cannot be started (for example `ENOENT`). */
export function run(command: string, args: readonly string[], options: Options): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.output === "show" ? "inherit" : ["ignore", "pipe", "pipe"],
      timeout: options.deadline,
      killSignal: "SIGKILL",
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve({ code: code ?? 128 + (signal === null ? 0 : (signalNumbers[signal] ?? 0)), output });
    });
  });
}
