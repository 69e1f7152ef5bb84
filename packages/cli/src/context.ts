import { existsSync, readFileSync } from "node:fs";
import { type Config, loadConfig } from "@spotkeeper/controller";
import type { Command } from "commander";
import type { ExitCode, Io } from "./io.ts";

/** The options that every command has. */
export interface GlobalOptions {
  readonly config?: string;
  readonly output: Format;
  readonly verbose: boolean;
}

export const FORMATS = ["text", "json"] as const;
export type Format = (typeof FORMATS)[number];

/** The input of a command. */
export interface Context {
  readonly io: Io;
  /** The options of this command and of its parents. */
  readonly options: GlobalOptions;
  /**
   * Reads the config that --config, the environment or the working folder names. Returns the default config if there is
   * none.
   */
  readonly config: () => Config;
  /** The config's file; null if there is none. */
  readonly configFile: string | null;
  /** The file that a document is written to; null for standard output. Only for the commands in `WRITES_DOCUMENT`. */
  readonly outputFile: string | null;
}

/** A command's function. Returns its exit code. */
export type Run = (context: Context, command: Command) => Promise<ExitCode>;

export const DEFAULT_CONFIG = "spotkeeper.yaml";

/** Commands that print a document in its own format: for them `--output` names a file. */
export const WRITES_DOCUMENT: ReadonlySet<string> = new Set(["facts"]);

const isFormat = (output: string): output is Format => (FORMATS as readonly string[]).includes(output);

/** @param given the parsed options; `output` may still name a file */
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
