#!/usr/bin/env node
import { daemonFlags, runDaemon } from "./daemon/index.ts";
import { readCall } from "./daemon/flags.ts";
import { messageOf, SpotkeeperError } from "./errors.ts";

const usage = `Usage: spotkeeper-agent [options] [-- command arguments…]

Ends well on an EC2 Spot instance, for any process: runs the command, and on a notice first the hooks, then SIGTERM to the
command, and SIGKILL only shortly before the deadline. Without a command it watches for the machine.

${[
  ...daemonFlags,
  { name: "help", value: "", says: "print this help" },
  { name: "version", value: "", says: "print the version" },
]
  .map(({ name, value, says }) => `  ${`--${name}${value === "" ? "" : ` <${value}>`}`.padEnd(22)} ${says}`)
  .join("\n")}

SPOTKEEPER_AGENT_TOKEN lets POST /drain and /test in; SPOTKEEPER_HOOK_TOKEN is sent to hooks that are URLs;
SPOTKEEPER_TOKEN to the controller; each with _FILE behind its name names a file that holds it.
AWS_EC2_METADATA_SERVICE_ENDPOINT is obeyed.
`;

async function main(args: readonly string[]): Promise<number> {
  const { wants, options } = readCall(args);
  if (wants === "help") process.stdout.write(usage);
  if (wants === "version") {
    const { readFileSync } = process.getBuiltinModule("node:fs");
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    process.stdout.write(`${version}\n`);
  }
  if (wants !== "run") return 0;
  return runDaemon(options);
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  const code = error instanceof SpotkeeperError ? error.code : null;
  process.stderr.write(`spotkeeper-agent: ${messageOf(error)}\n${code === null ? "" : `(${code})\n`}`);
  process.exit(code === "SK-AGENT-CALL" || code === "SK-AGENT-ENDPOINT" ? 2 : 1);
}
