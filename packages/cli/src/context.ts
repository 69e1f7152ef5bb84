import { existsSync, readFileSync } from "node:fs";
import { type Config, loadConfig } from "@spotkeeper/controller";
import type { Command } from "commander";
import type { ExitCode, Io } from "./io.ts";

/** What stands on the call, for every command. */
export interface GlobalOptions {
  readonly config?: string;
  readonly output: Format;
  readonly verbose: boolean;
}

export const FORMATS = ["text", "json"] as const;
export type Format = (typeof FORMATS)[number];

/** What a command gets. */
export interface Context {
  readonly io: Io;
  /** The options of this command and of all above it. */
  readonly options: GlobalOptions;
  /** Reads the config that the call, the environment or the working folder names; none at all is valid. */
  readonly config: () => Config;
  /** Which that is; null: there is none. */
  readonly configFile: string | null;
  /** Where a document goes; null: to standard output. Only for commands of `WRITES_DOCUMENT`. */
  readonly outputFile: string | null;
}

/** Runs a command; its exit code, if it did not throw. */
export type Run = (context: Context, command: Command) => Promise<ExitCode>;

export const DEFAULT_CONFIG = "spotkeeper.yaml";

/** Commands that print a document in its own format: `--output` names its file. */
export const WRITES_DOCUMENT: ReadonlySet<string> = new Set(["facts"]);

const isFormat = (output: string): output is Format => (FORMATS as readonly string[]).includes(output);

/** @param given the options as they stand on the call, where `output` may name a file */
export function createContext(io: Io, given: Omit<GlobalOptions, "output"> & { readonly output: string }): Context {
  const { output } = given;
  const options: GlobalOptions = { ...given, output: isFormat(output) ? output : "text" };
  const named = options.config ?? (io.env["SPOTKEEPER_CONFIG"] || null);
  const configFile = named ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : null);
  return {
    io,
    options,
    configFile,
    outputFile: isFormat(output) ? null : output,
    config: () => loadConfig(configFile, (file) => readFileSync(file, "utf8")),
  };
}
