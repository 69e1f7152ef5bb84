import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { SpotkeeperError } from "../errors.ts";

/**
 * Resolves the path of a state file, so that messages contain whole paths. Throws SK-CONFIG-INVALID if its folder does
 * not exist: at the start this is a mistyped path (later it is an unavailable disk).
 *
 * @param key the config key of the file, for the error message
 */
export function resolvePath(key: string, file: string): string {
  if (file === ":memory:") return file;
  const path = resolve(file);
  if (existsSync(dirname(path))) return path;
  throw new SpotkeeperError(
    "SK-CONFIG-INVALID",
    `${key}: got ${JSON.stringify(file)}, wants a path in a folder that exists; there is no ${dirname(path)}. Make it, or name another.`,
  );
}
