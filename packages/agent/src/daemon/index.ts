import { thisProcess } from "../entry/host.ts";
import { becomeInit } from "../entry/init.ts";
import { SpotkeeperError } from "../errors.ts";
import { createBareSend } from "../net/bare.ts";
import { runDaemon as runDaemonOn } from "./daemon.ts";
import type { DaemonHost } from "./host.ts";
import type { DaemonOptions } from "./flags.ts";

export type { DaemonOptions, Flag, FlagValues } from "./flags.ts";
export { daemonFlags, daemonOptions } from "./flags.ts";

const host: DaemonHost = {
  ...thisProcess,
  createSend: createBareSend,
  write: (text) => void process.stderr.write(text),
  isTerminal: process.stdin.isTTY,
};

/** Runs the daemon in this process until it ends. Resolves with its exit code. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  const why = becomeInit(process.pid, process.argv.slice(1));
  if (why !== null) {
    const message = `As PID 1 it cannot reap orphans: ${why}. Run the container with an init.`;
    process.emitWarning(new SpotkeeperError("SK-AGENT-REAP", message));
  }
  keepSmall();
  return runDaemonOn(options, host);
}

/**
 * Keeps the young generation of V8's heap at its first size. The data of a closed connection stays in memory until the
 * young generation is full. By default it grows to 16 MB and more; the bodies of requests are outside it, so a flood of
 * requests takes 200 MB. With the first size, memory is freed after a few hundred connections.
 */
function keepSmall(): void {
  process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
}
