import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const newest = (folder: string): number =>
  Math.max(
    0,
    ...readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [statSync(join(entry.parentPath, entry.name)).mtimeMs] : [],
    ),
  );

const builtAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Builds the page into `packages/cli/page`, unless it is newer than its source. Takes about a second. */
export async function providePage(root: string, say: (line: string) => void): Promise<void> {
  const page = join(root, "packages/page");
  const source = Math.max(newest(join(page, "src")), statSync(join(page, "index.html")).mtimeMs);
  if (builtAt(join(root, "packages/cli/page/index.html")) > source) return;
  say("the page: building it");
  const { build } = await import("vite");
  await build({ configFile: join(page, "vite.config.ts"), logLevel: "warn" });
}
