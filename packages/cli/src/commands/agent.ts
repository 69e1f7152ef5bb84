import { daemonFlags, daemonOptions, runDaemon } from "@spotkeeper/agent/daemon";
import { type Command, Option } from "commander";
import type { ExitCode } from "../io.ts";
import type { Act } from "./registration.ts";

const HELP = `
On a notice the hooks run first, in order. Then the command gets SIGTERM, and SIGKILL only shortly before the deadline.
Without a command it watches for the whole machine. The exit code is the command's.
More: docs/agent.md. The package @spotkeeper/agent has the same daemon as spotkeeper-agent.`;

/** `agent`: runs the agent's daemon on an instance. It needs no config. */
export function agent(program: Command, act: Act): void {
  const command = program
    .command("agent")
    .description("run a command on an instance and end it in time on a notice")
    .argument("[command...]", "the command to run, after --")
    .addHelpText("after", HELP);
  for (const { name, value, says, many = false } of daemonFlags) {
    const option = new Option(`--${name} <${value}>`, says);
    command.addOption(
      many ? option.argParser((one: string, before: string[] | undefined) => [...(before ?? []), one]) : option,
    );
  }
  command.action(
    act(async ({ io }, self) => {
      const options = daemonOptions(self.opts(), self.args);
      io.releaseSignals();
      // The command may end with any exit code.
      return (await runDaemon(options)) as ExitCode;
    }),
  );
}
