import { parseConfig, readParameters, SpotkeeperError } from "@spotkeeper/controller";
import type { Command } from "commander";
import { convert } from "../import/convert.ts";
import { fromParameters } from "../import/parameters.ts";
import { fromEnvironment, settingsOf } from "../import/read-file.ts";
import type { Setting, SettingName } from "../import/settings.ts";
import { renderConfig } from "../import/text.ts";
import { readInput } from "../input.ts";
import { EXIT } from "../io.ts";
import type { Act } from "./index.ts";

const DEFAULT_PATH = "/spot-interruption";

const HELP = `
Reads input.json, files of variables (.env), and the parameters of a stack as JSON. The new
config goes to standard output, what somebody should know to standard error. Secrets are
referred to, never written down. Of two sources of one setting the later one counts.`;

interface ImportOptions {
  readonly environment: boolean;
  readonly parameters?: string | true;
}

/** `import [FILE…]`: a config from an existing set-up. */
export function importing(program: Command, act: Act): void {
  program
    .command("import")
    .description("make a config of an existing set-up")
    .argument("[file...]", "input.json, .env files, a stack's parameters; - for standard input")
    .option("--environment", "the variables of this process", false)
    .option("--parameters [path]", `Parameter Store, below this path (${DEFAULT_PATH})`)
    .addHelpText("after", HELP)
    .action(
      act(async ({ io }, command) => {
        const { environment, parameters } = command.opts<ImportOptions>();
        if (command.args.length === 0 && !environment && parameters === undefined)
          throw new SpotkeeperError("SK-CALL-IMPORT", "Nothing to import: name a file, --environment or --parameters.");
        const found: (readonly [SettingName, Setting])[] = [];
        if (parameters !== undefined) {
          const path = parameters === true ? DEFAULT_PATH : parameters;
          found.push(...fromParameters(await readParameters(path, io.env)));
        }
        for (const file of command.args) found.push(...settingsOf(await readInput(file, io), file));
        if (environment) found.push(...fromEnvironment(io.env, "the environment"));
        const { lines, warnings } = convert(new Map(found));
        const text = renderConfig(lines);
        // What does not load would help nobody; the message names what is wrong in the old set-up's value.
        parseConfig(text, "the imported config");
        for (const warning of warnings) await io.stderr.write(`note: ${warning}\n`);
        await io.stdout.write(text);
        return EXIT.done;
      }),
    );
}
