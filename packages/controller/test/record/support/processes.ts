import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** Whole lines printed so far. */
  readonly lines: string[];
  /** Resolves at its end, with the exit code (null if it was killed). Rejects with what it wrote to standard error. */
  readonly ended: Promise<number | null>;
}

const programs = {
  child: new URL("./child.ts", import.meta.url),
  nobody: new URL("./nobody.ts", import.meta.url),
};

/** Starts one of the programs beside this file, from source. */
export function startChild(program: keyof typeof programs, ...args: readonly string[]): Child {
  const script = fileURLToPath(programs[program]);
  const child = spawn(process.execPath, ["--conditions=@spotkeeper/source", script, ...args]);
  const lines: string[] = [];
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const reader = createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const ended = Promise.all([once(child, "close"), once(reader, "close")]).then(([[code]]) => {
    if (errors !== "") throw new Error(errors);
    return code as number | null;
  });
  ended.catch(() => undefined); // whoever awaits it sees it; nobody has to
  return { process: child, lines, ended };
}

/** Waits until the child printed `count` lines, or it ended. */
export async function printed(child: Child, count: number): Promise<void> {
  const over = child.ended.then(
    () => true,
    () => true,
  );
  while (child.lines.length < count) {
    if (await Promise.race([over, once(child.process.stdout, "data").then(() => false)])) return;
  }
}
