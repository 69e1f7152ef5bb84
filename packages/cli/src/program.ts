import { Command, Option } from "commander";
import { commands } from "./commands/index.ts";
import type { Act } from "./commands/registration.ts";
import { createContext, FORMATS, type GlobalOptions, WRITES_DOCUMENT } from "./context.ts";
import { failureOf } from "./failure.ts";
import { EXIT, type ExitCode, type Io } from "./io.ts";
import { version } from "./version.ts";

/** Runs one command line; never throws. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  // Commander writes without waiting; wait for these writes before the process ends.
  const written: Promise<void>[] = [];
  const words: HelpOutput = {
    out: (text) => void written.push(io.stdout.write(text)),
    err: (text) => void written.push(io.stderr.write(text)),
    width: io.stdout.columns ?? 80,
  };
  const act: Act =
    (run) =>
    async (...args) => {
      const command = args.at(-1) as Command;
      const options = command.optsWithGlobals<Omit<GlobalOptions, "output"> & { readonly output: string }>();
      mustBeFormat(options.output, command);
      code = await run(createContext(io, options), command);
    };
  const program = createProgram(words, act);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    const failure = failureOf(error, args.includes("--verbose"));
    if (failure.text !== "") written.push(io.stderr.write(failure.text));
    code = failure.code;
  }
  await Promise.all(written);
  return code;
}

/**
 * Fails for an unknown format. A command that writes a document takes the name of a file instead, or `json`; its document
 * has no text form.
 */
function mustBeFormat(output: string, command: Command): void {
  const isNamed = command.getOptionValueSourceWithGlobals("output") !== "default";
  const writesDocument = WRITES_DOCUMENT.has(command.name());
  if (writesDocument ? output !== "text" || !isNamed : (FORMATS as readonly string[]).includes(output)) return;
  const allowed = writesDocument
    ? `${command.name()} prints JSON only; give the name of a file, or leave the option out.`
    : `Allowed choices are ${FORMATS.join(", ")}.`;
  command.error(`error: option '--output <format>' argument '${output}' is invalid. ${allowed}`, {
    exitCode: 1,
    code: "commander.invalidArgument",
  });
}

/** Where commander writes help, version and errors. */
export interface HelpOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** In columns. */
  readonly width: number;
}

/** Creates the command-line parser; `act` runs a command's function. */
export function createProgram({ out, err, width }: HelpOutput, act: Act): Command {
  const program = new Command("spotkeeper")
    .description("Gives every EC2 Spot interruption a good ending.")
    .version(version, "--version", "print the version")
    .helpOption("--help", "print this help")
    .addOption(new Option("--config <file>", "the config (default: spotkeeper.yaml, or SPOTKEEPER_CONFIG)"))
    .addOption(
      new Option(
        "--output <format>",
        `how data is printed (choices: ${FORMATS.map((one) => `"${one}"`).join(", ")})`,
      ).default("text"),
    )
    .option("--verbose", "print the stack of an error", false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: out,
      writeErr: err,
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError("(spotkeeper --help lists commands and options)")
    .exitOverride();
  for (const register of commands) register(program, act);
  return program;
}
