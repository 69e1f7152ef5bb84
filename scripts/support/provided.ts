import { rename, rm } from "node:fs/promises";

/** A program that the tests need: its path, or why it is not available. */
export type Provided = { readonly path: string } | { readonly missing: string };

/**
 * Makes a directory under a temporary name and then renames it, so that an interrupted or concurrent run never leaves
 * half of one. `make` returns why it failed, or null.
 */
export async function makeWhole(home: string, make: (aside: string) => Promise<string | null>): Promise<string | null> {
  const aside = `${home}.${process.pid}`;
  try {
    const missing = await make(aside);
    if (missing !== null) return missing;
    // A directory cannot be renamed over one that is not empty: remove the old one first.
    await rm(home, { recursive: true, force: true });
    await rename(aside, home);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Returns the last lines of an output, as one line. */
export function lastLines(output: string): string {
  return output.trim().split("\n").slice(-3).join(" / ");
}
