import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Config } from "../config/schema.ts";
import { SpotkeeperError } from "../errors.ts";

type Files = Pick<Config, "archive" | "inventory">;

/**
 * The files that state is kept in, by whole paths: messages name them to people who do not know the working folder.
 * Throws SK-CONFIG-INVALID where a folder does not exist: while it runs that is a disk that is away, at the start it is
 * a mistyped path.
 */
export function placeFiles({ archive, inventory }: Files): { readonly [K in keyof Files]: string } {
  return {
    archive: placeOf("archive.file", archive.file),
    inventory: placeOf("inventory.file", inventory.file),
  };
}

/** The same of one file, by the key that names it. */
export function placeOf(key: string, file: string): string {
  if (file === ":memory:") return file;
  const path = resolve(file);
  if (existsSync(dirname(path))) return path;
  throw new SpotkeeperError(
    "SK-CONFIG-INVALID",
    `${key}: got ${JSON.stringify(file)}, wants a path in a folder that exists; there is no ${dirname(path)}. Make it, or name another.`,
  );
}
