import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { vi } from "vitest";

export const bin: string = join(import.meta.dirname, "../../bin/spotkeeper-agent.js");

export interface Daemon extends AsyncDisposable {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Lines of its log so far. */
  readonly log: () => readonly { readonly message: string; readonly [field: string]: unknown }[];
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number | null>;
  /** The address of its status, once it watches. */
  status(): Promise<string>;
  said(text: string): Promise<void>;
}

export interface DaemonCall {
  readonly metadata?: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** 0: a free one; null: the flag is left out. */
  readonly port?: number | null;
  /** How many descriptors it may have. */
  readonly descriptors?: number;
}

/** The real daemon, as its bin starts it. */
export function startDaemon(asCalled: DaemonCall): Daemon {
  const { metadata, args = [], command = [], env = {}, port = 0, descriptors } = asCalled;
  const own =
    metadata === undefined ? { AWS_EC2_METADATA_DISABLED: "true" } : { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata };
  const asked = port === null ? [] : ["--port", String(port)];
  const call = [...asked, "--poll", "50ms", ...args, ...(command.length > 0 ? ["--", ...command] : [])];
  const limits = descriptors === undefined ? "" : `ulimit -n ${descriptors};`;
  const child = spawn("/bin/sh", ["-c", `${limits} exec "$@"`, "sh", process.execPath, bin, ...call], {
    env: { PATH: process.env["PATH"], ...own, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, "close").then(([code]) => code as number | null);
  const log = (): { message: string; status?: string }[] =>
    err.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as { message: string }] : []));
  const waitFor = async <T>(what: () => T | undefined): Promise<T> =>
    vi.waitFor(
      () => {
        const found = what();
        if (found === undefined) throw new Error(`not yet: ${err}${out}`);
        return found;
      },
      { timeout: 25_000, interval: 10 },
    );
  return {
    pid: child.pid ?? 0,
    stdout: () => out,
    stderr: () => err,
    log,
    kill: (signal) => void child.kill(signal),
    ended,
    status: () => waitFor(() => log().find(({ message }) => message === "watching")?.status),
    said: async (text) => void (await waitFor(() => (out.includes(text) ? true : undefined))),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
