import { split } from "@spotkeeper/controller";
import type { Act } from "./registration.ts";
import type { Command } from "commander";
import { explain as explainInputs, type Input } from "../explain/explain.ts";
import { renderExplanation } from "../explain/text.ts";
import { noMessage, readInput } from "../input.ts";
import { EXIT, usesColors } from "../io.ts";

const HELP = `
A file may hold a JSON document, JSON lines, an array of documents or of raw message
bodies (strings), or one raw message body. AWS is not called, and nothing is done.

Examples:
  $ spotkeeper explain message.json
  $ aws sqs receive-message --queue-url URL | spotkeeper explain --output json`;

/** `spotkeeper explain [FILE…|-]`. */
export function explain(program: Command, act: Act): void {
  program
    .command("explain")
    .description("show what each message means and what would be done")
    .argument("[file...]", "files with messages (default: standard input, also as -)")
    .option("--strict", "exit with 1 if any message has an error", false)
    .addHelpText("after", HELP)
    .action(
      act(async ({ io, options, config }, command) => {
        const { strict } = command.opts<{ strict: boolean }>();
        const { policy, sources } = config();
        const bold = usesColors(io.stdout, io.env)
          ? (text: string) => `\u001B[1m${text}\u001B[0m`
          : (text: string) => text;
        const inputs: Input[] = [];
        for (const name of command.args.length === 0 ? ["-"] : command.args) {
          if (name === "-" && io.stdin.isTTY === true) await io.stderr.write("Reading messages; end with Ctrl-D.\n");
          const input: Input = { text: await readInput(name, io), file: name === "-" ? null : name };
          if (split(input.text, input).length === 0) await io.stderr.write(noMessage(name));
          inputs.push(input);
        }
        let errors = 0;
        for (const one of explainInputs(inputs, policy, io.now, sources.trusted)) {
          if (one.error !== null) errors += 1;
          await io.stdout.write(options.output === "json" ? `${JSON.stringify(one)}\n` : renderExplanation(one, bold));
        }
        return strict && errors > 0 ? EXIT.failed : EXIT.done;
      }),
    );
}
