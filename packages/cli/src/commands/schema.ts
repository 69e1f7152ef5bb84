import { configJsonSchema } from "@spotkeeper/controller";
import type { Command } from "commander";
import { EXIT } from "../io.ts";
import type { Act } from "./registration.ts";

/** `schema`: the JSON Schema of the config. JSON in either output, since it is for editors. */
export function schema(program: Command, act: Act): void {
  program
    .command("schema")
    .description("the JSON Schema of the config, for editors")
    .action(
      act(async ({ io, options }) => {
        await io.stdout.write(`${JSON.stringify(configJsonSchema(), null, options.output === "json" ? 0 : 2)}\n`);
        return EXIT.done;
      }),
    );
}
