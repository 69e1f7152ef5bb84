import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { folder, main } from "./support.ts";

export interface Worker {
  readonly url: string;
  readonly child: ChildProcess;
  readonly stdout: () => string;
  /** Lines of the log so far. */
  readonly log: readonly { readonly [field: string]: unknown }[];
}

/** Starts a worker of a call, and waits until it says that it runs. */
export async function launchWorker(...args: string[]): Promise<Worker> {
  const child = spawn(process.execPath, ["--conditions=@spotkeeper/source", main, "run", ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x", INGEST: "hunter2" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: { readonly [field: string]: unknown }[] = [];
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${JSON.stringify(log)}`)));
    createInterface(child.stderr).on("line", (line) => {
      const entry = line.startsWith("{") ? (JSON.parse(line) as { readonly [field: string]: unknown }) : { msg: line };
      log.push(entry);
      if (entry["msg"] === "the worker runs") resolve(String(entry["url"]));
    });
  });
  return { url, child, log, stdout: () => out };
}
