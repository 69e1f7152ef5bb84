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
 * What came over a connection is garbage once that is closed, and stays in memory until the space for what is new is full:
 * Node.js lets this grow to 16 MB and more, beside which bodies count little, so that a flood of them takes 200 MB. Kept as
 * it is at the start, it is emptied after a few hundred connections.
 */
function keepSmall(): void {
  process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
}
