import { rename, rm } from "node:fs/promises";

/** A program that the tests need: where it is, or why it cannot be had. */
export type Provided = { readonly path: string } | { readonly missing: string };

/**
 * Makes a directory aside and then puts it in place, so that an interrupted or concurrent run never leaves half of one.
 * `make` answers why it cannot be made; null: it is whole.
 */
export async function makeWhole(home: string, make: (aside: string) => Promise<string | null>): Promise<string | null> {
  const aside = `${home}.${process.pid}`;
  try {
    const missing = await make(aside);
    if (missing !== null) return missing;
    // A directory cannot be renamed over one that has content: the old one goes first.
    await rm(home, { recursive: true, force: true });
    await rename(aside, home);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** What a program said last, on one line. */
export function lastLines(output: string): string {
  return output.trim().split("\n").slice(-3).join(" / ");
}
