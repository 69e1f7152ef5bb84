import { daemonFlags, daemonOptions, runDaemon } from "@spotkeeper/agent/daemon";
import { type Command, Option } from "commander";
import type { ExitCode } from "../io.ts";
import type { Act } from "./registration.ts";

const HELP = `
On a notice the hooks run first, in order; then the command gets SIGTERM, and SIGKILL only shortly before the deadline.
Without a command it watches for the machine. Its exit code is that of the command.
docs/agent.md has more, and the package @spotkeeper/agent has the same as a bin: spotkeeper-agent.`;

/** `agent`: the daemon on an instance. It needs no config. */
export function agent(program: Command, act: Act): void {
  const command = program
    .command("agent")
    .description("the daemon on an instance: ends any process well on a notice")
    .argument("[command...]", "behind --: what it runs")
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
      // Any number that a process can end with is the command's to choose.
      return (await runDaemon(options)) as ExitCode;
    }),
  );
}
