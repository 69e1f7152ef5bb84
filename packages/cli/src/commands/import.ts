import { parseConfig, readParameters, SpotkeeperError } from "@spotkeeper/controller";
import type { Command } from "commander";
import { convert } from "../import/convert.ts";
import { fromParameters } from "../import/parameters.ts";
import { fromEnvironment, settingsOf } from "../import/read-file.ts";
import type { Setting, SettingName } from "../import/settings.ts";
import { renderConfig } from "../import/text.ts";
import { readInput } from "../input.ts";
import { EXIT } from "../io.ts";
import type { Act } from "./registration.ts";

const DEFAULT_PATH = "/spot-interruption";

const HELP = `
Reads input.json, files of variables (.env), and the parameters of a stack as JSON. The new
config goes to standard output, notes go to standard error. Secrets become references; their
values are never written. A value that cannot be taken over is left out, and a note says where
it stands. If two sources have the same setting, the later one counts.`;

interface ImportOptions {
  readonly environment: boolean;
  readonly parameters?: string | true;
}

const sourcesOf = (files: readonly string[], environment: boolean, parameters: string | true | undefined): string =>
  [...files, environment && "the environment", parameters !== undefined && "Parameter Store"]
    .filter((one) => one !== false)
    .join(" and ");

/** `import [FILE…]`: makes a config from an existing set-up. */
export function importing(program: Command, act: Act): void {
  program
    .command("import")
    .description("make a config from an existing set-up")
    .argument("[file...]", "input.json, .env files, a stack's parameters; - for standard input")
    .option("--environment", "read the variables of this process", false)
    .option("--parameters [path]", `read Parameter Store below this path (${DEFAULT_PATH})`)
    .addHelpText("after", HELP)
    .action(
      act(async ({ io }, command) => {
        const { environment, parameters } = command.opts<ImportOptions>();
        if (command.args.length === 0 && !environment && parameters === undefined)
          throw new SpotkeeperError("SK-CALL-IMPORT", "Nothing to import: name a file, --environment or --parameters.");
        const found: (readonly [SettingName, Setting])[] = [];
        const notes: string[] = [];
        if (parameters !== undefined) {
          const path = parameters === true ? DEFAULT_PATH : parameters;
          const below = fromParameters(await readParameters(path, io.env));
          if (below.length === 0) notes.push(`Parameter Store has nothing below ${path} that is known.`);
          found.push(...below);
        }
        for (const file of command.args) {
          const read = settingsOf(await readInput(file, io), file);
          found.push(...read.found);
          notes.push(...read.notes);
          if (read.unknown.length > 0)
            notes.push(`${file}: left out, since nobody knows it here: ${read.unknown.join(", ")}.`);
        }
        if (environment) {
          const set = fromEnvironment(io.env, "the environment");
          if (set.length === 0) notes.push("The environment has no variable that is known.");
          found.push(...set);
        }
        const converted = convert(new Map(found));
        const text = renderConfig(converted.parts);
        for (const note of [...notes, ...converted.notes]) await io.stderr.write(`note: ${note}\n`);
        // Each part loads alone; a config is written only if they also load together.
        parseConfig(text, `the config made of ${sourcesOf(command.args, environment, parameters)}`);
        await io.stdout.write(text);
        return EXIT.done;
      }),
    );
}
