import { SpotkeeperError } from "@spotkeeper/controller";
import type { Setting, SettingName } from "./settings.ts";

export type Found = readonly (readonly [SettingName, Setting])[];

export interface Read {
  readonly found: Found;
  /** Names in the file that are not known: a typing error, or a setting that Spotkeeper does not need. */
  readonly unknown: readonly string[];
  /** What could not be read, with file and key. */
  readonly notes: readonly string[];
}

export const wrong = (file: string, why: string, cause?: unknown): SpotkeeperError =>
  new SpotkeeperError(
    "SK-INPUT-IMPORT",
    `${file} cannot be imported: ${why}. Give an input.json, a file of variables, or a stack's parameters.`,
    { cause },
  );
