import { configJsonSchema } from "@spotkeeper/controller";
import type { Command } from "commander";
import { EXIT } from "../io.ts";
import type { Act } from "./registration.ts";

/** `schema`: prints the JSON Schema of the config, for editors. It is JSON with either --output. */
export function schema(program: Command, act: Act): void {
  program
    .command("schema")
    .description("print the JSON Schema of the config, for editors")
    .action(
      act(async ({ io, options }) => {
        await io.stdout.write(`${JSON.stringify(configJsonSchema(), null, options.output === "json" ? 0 : 2)}\n`);
        return EXIT.done;
      }),
    );
}
