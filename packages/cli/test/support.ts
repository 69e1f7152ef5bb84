import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll } from "vitest";

export const main: string = join(import.meta.dirname, "../src/main.ts");

/** A folder of its own for each test file, so that no config of the project is found. */
export const folder: string = mkdtempSync(join(tmpdir(), "spotkeeper-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: { readonly [name: string]: string };
}

/** Starts the real process as users do, and waits for its end. */
export async function spotkeeper(args: readonly string[], { stdin = "", env = {} }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, ["--conditions=@spotkeeper/source", main, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...env },
    timeout: 110_000,
    killSignal: "SIGKILL",
  });
  // It may end before it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  const [[code], stdout, stderr] = await Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
  return { code: code as number | null, stdout, stderr };
}

const started: ReturnType<typeof spawn>[] = [];
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
});

/** Starts it and leaves standard input open; it does not outlive the tests. */
export function start(args: readonly string[]): ReturnType<typeof spawn> {
  const child = spawn(process.execPath, ["--conditions=@spotkeeper/source", main, ...args], {
    cwd: folder,
    stdio: "pipe",
  });
  started.push(child);
  return child;
}

/** The objects of JSON lines. */
export const jsonLines = (output: string): { readonly [key: string]: unknown }[] =>
  output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { readonly [key: string]: unknown });
