import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The part of a package.json that is used. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, Target>>;
  readonly bin?: Readonly<Record<string, string>>;
}

/** A value in `exports`: a file, or files by condition (https://nodejs.org/api/packages.html#conditional-exports). */
export type Target = string | { readonly [condition: string]: Target };

export interface Workspace {
  readonly directory: string;
  readonly manifest: Manifest;
}

/** Returns the published workspaces, sorted by name. */
export async function publishable(root: string): Promise<Workspace[]> {
  const found: Workspace[] = [];
  for (const entry of await readdir(join(root, "packages"), { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const directory = join(root, "packages", entry.name);
    const manifest = JSON.parse(await readFile(join(directory, "package.json"), "utf8")) as Manifest;
    if (manifest.private !== true) found.push({ directory, manifest });
  }
  return found.toSorted((a, b) => a.manifest.name.localeCompare(b.manifest.name));
}

/** Returns every file that the manifest names, as a path from the package's root without `./`. */
export function promisedFiles({ exports = {}, bin = {} }: Manifest): string[] {
  const files = [...Object.values(exports).flatMap(targets), ...Object.values(bin)];
  return [...new Set(files.map((file) => file.replace(/^\.\//, "")))];
}

/** Returns what consumers can import, without files that are not modules (`./package.json`). */
export function specifiers({ name, exports = {} }: Manifest): string[] {
  return Object.keys(exports)
    .filter((subpath) => !subpath.endsWith(".json"))
    .map((subpath) => name + subpath.slice(1));
}

function targets(target: Target): string[] {
  return typeof target === "string" ? [target] : Object.values(target).flatMap(targets);
}
