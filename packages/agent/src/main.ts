#!/usr/bin/env node
import { daemonFlags, runDaemon } from "./daemon/index.ts";
import { readCall } from "./daemon/flags.ts";
import { messageOf, SpotkeeperError } from "./errors.ts";

const usage = `Usage: spotkeeper-agent [options] [-- command arguments…]

Runs a command on an EC2 Spot instance and ends it in time. On a notice it runs the hooks, sends SIGTERM to the command,
and sends SIGKILL only shortly before the deadline. Without a command it watches for the whole machine.

${[
  ...daemonFlags,
  { name: "help", value: "", says: "print this help" },
  { name: "version", value: "", says: "print the version" },
]
  .map(({ name, value, says }) => `  ${`--${name}${value === "" ? "" : ` <${value}>`}`.padEnd(22)} ${says}`)
  .join("\n")}

Environment:
  SPOTKEEPER_AGENT_TOKEN   the token that POST /drain and /test need
  SPOTKEEPER_HOOK_TOKEN    sent to hooks that are URLs
  SPOTKEEPER_TOKEN         sent to the controller
  …_FILE                   each of the three can name a file that holds the token
  AWS_EC2_METADATA_SERVICE_ENDPOINT   the address of the metadata service
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
