import { existsSync, readFileSync } from "node:fs";
import { type Config, loadConfig } from "@spotkeeper/controller";
import type { Command } from "commander";
import type { ExitCode, Io } from "./io.ts";

/** What stands on the call, for every command. */
export interface GlobalOptions {
  readonly config?: string;
  readonly output: "text" | "json";
  readonly verbose: boolean;
}

/** What a command gets. */
export interface Context {
  readonly io: Io;
  /** The options of this command and of all above it. */
  readonly options: GlobalOptions;
  /** Reads the config that the call, the environment or the working folder names; none at all is valid. */
  readonly config: () => Config;
  /** Which that is; null: there is none. */
  readonly configFile: string | null;
}

/** Runs a command; its exit code, if it did not throw. */
export type Run = (context: Context, command: Command) => Promise<ExitCode>;

export const DEFAULT_CONFIG = "spotkeeper.yaml";

export function createContext(io: Io, options: GlobalOptions): Context {
  const named = options.config ?? (io.env["SPOTKEEPER_CONFIG"] || null);
  const configFile = named ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : null);
  return {
    io,
    options,
    configFile,
    config: () => loadConfig(configFile, (file) => readFileSync(file, "utf8")),
  };
}
