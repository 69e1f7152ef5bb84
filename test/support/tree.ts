import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of the project: its path from the root, with slashes, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export const root: string = join(import.meta.dirname, "../..");

/** What is made, fetched or not ours. */
const elsewhere = new Set(["node_modules", "dist", ".cache", ".git", "coverage"]);

/** Every file below `folder` whose path from the root passes; a folder that does not exist has none. */
export function filesBelow(folder: string, wanted: (path: string) => boolean): string[] {
  return entries(folder).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return elsewhere.has(entry.name) ? [] : filesBelow(path, wanted);
    return entry.isFile() && wanted(path) ? [path] : [];
  });
}

export function read(path: string): Source {
  return { path, text: readFileSync(join(root, path), "utf8") };
}

/** The TypeScript of all workspaces that users get. */
export function productSources(): Source[] {
  return filesBelow("packages", (path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path)).map(read);
}

export function testPaths(): string[] {
  return filesBelow("packages", (path) => /^packages\/[^/]+\/test\/.*\.ts$/.test(path));
}

/** The pages that people read. */
export function pages(): Source[] {
  const markdown = (path: string): boolean => path.endsWith(".md");
  const readmes = filesBelow("", (path) => markdown(path) && !path.startsWith("docs/"));
  return [...filesBelow("docs", markdown), ...readmes].map(read);
}

function entries(folder: string): { name: string; isDirectory(): boolean; isFile(): boolean }[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
