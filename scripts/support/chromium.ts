import { spawnSync } from "node:child_process";

/** The path of Chromium for the tests of the page; empty where it could not be found. */
export const chromiumVariable = "SPOTKEEPER_CHROMIUM";

/** Finds Chromium: Debian's, or Chrome. Browsers that test tools download are not used. */
export function findChromium(): { readonly path: string } | { readonly missing: string } {
  for (const path of ["chromium", "chromium-browser", "google-chrome"]) {
    if (spawnSync(path, ["--version"]).status === 0) return { path: whichOf(path) };
  }
  return { missing: "it is not installed (Debian: apt-get install chromium)" };
}

const whichOf = (command: string): string =>
  spawnSync("sh", ["-c", `command -v ${command}`], { encoding: "utf8" }).stdout.trim();
