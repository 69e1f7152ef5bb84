import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Config } from "../config/schema.ts";
import { SpotkeeperError } from "../errors.ts";

type Files = Pick<Config, "archive" | "inventory">;

/**
 * Resolves the paths of the state files, so that messages contain whole paths. Throws SK-CONFIG-INVALID if a folder
 * does not exist: at the start this is a mistyped path (later it is an unavailable disk).
 */
export function placeFiles({ archive, inventory }: Files): { readonly [K in keyof Files]: string } {
  return {
    archive: placeOf("archive.file", archive.file),
    inventory: placeOf("inventory.file", inventory.file),
  };
}

/** Resolves the path of one file; `key` is its config key. */
export function placeOf(key: string, file: string): string {
  if (file === ":memory:") return file;
  const path = resolve(file);
  if (existsSync(dirname(path))) return path;
  throw new SpotkeeperError(
    "SK-CONFIG-INVALID",
    `${key}: got ${JSON.stringify(file)}, wants a path in a folder that exists; there is no ${dirname(path)}. Make it, or name another.`,
  );
}
