import type { Command } from "commander";
import { EXIT } from "../io.ts";
import type { Act } from "./registration.ts";

/** `config check`: reads the config alone. An invalid one fails with its problems, as with every command. */
export function config(program: Command, act: Act): void {
  program
    .command("config")
    .description("the config")
    .command("check")
    .description("read the config, and list all problems with their lines; nothing is started")
    .addHelpText("after", "\nThe exit code is 2 if the config is invalid or cannot be read.")
    .action(
      act(async ({ io, options, config: read, configFile }) => {
        const { routes, channels, sources } = read();
        const found = {
          file: configFile,
          queues: sources.sqs.length,
          channels: Object.keys(channels),
          routes: routes.flatMap(({ name }) => name ?? []),
        };
        const what = `${found.queues} queues, channels: ${found.channels.join(", ") || "none"}, routes: ${found.routes.join(", ") || "the default one"}`;
        const where = configFile ?? "no config file was found; the defaults are used";
        await io.stdout.write(options.output === "json" ? `${JSON.stringify(found)}\n` : `${where}: valid; ${what}\n`);
        return EXIT.done;
      }),
    );
}
