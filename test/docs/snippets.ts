import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../scripts/support/process.ts";
import { root, type Source } from "../support/tree.ts";

/** A fenced block of a page; `line` is that of its first line of code. */
export interface Snippet {
  readonly path: string;
  readonly line: number;
  readonly code: string;
}

/** The blocks of a page that are fenced as ```` ```language ````, with or without more words behind it. */
export function snippetsOf({ path, text }: Source, language: string): Snippet[] {
  const found: Snippet[] = [];
  let open: { fence: string; language: string; line: number; code: string[] } | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const [, indent = "", fence = "", word = ""] = /^( *)(`{3,})\s*([\w-]*)/.exec(line) ?? [];
    if (open === null) {
      if (fence !== "") open = { fence: indent + fence, language: word, line: index + 2, code: [] };
    } else if (line.trimEnd() === open.fence) {
      if (open.language === language) found.push({ path, line: open.line, code: open.code.join("\n") });
      open = null;
    } else {
      open.code.push(line);
    }
  }
  return found;
}

/**
 * Checks the types of TypeScript snippets as a user of the packages would have them. Each is a module of its own.
 * Answers what the compiler says, a line an error, with the page and the line in it.
 */
export async function typeErrors(snippets: readonly Snippet[]): Promise<string[]> {
  if (snippets.length === 0) return [];
  const cache = join(root, ".cache");
  await mkdir(cache, { recursive: true });
  // Below the root, so that packages and types are found as the project finds them.
  const folder = await mkdtemp(join(cache, "snippets-"));
  try {
    const options = { noEmit: true, moduleDetection: "force", noUnusedLocals: false, noUnusedParameters: false };
    const config = { extends: "../../tsconfig.test.json", compilerOptions: options, include: ["*.ts"] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    for (const [index, { line, code }] of snippets.entries()) {
      await writeFile(join(folder, `${index}.ts`), "\n".repeat(line - 1) + code);
    }
    const tsc = join(root, "node_modules/.bin/tsc");
    const { code, output } = await run(tsc, ["-p", ".", "--pretty", "false"], {
      cwd: folder,
      output: "keep",
      deadline: 120_000,
    });
    if (code === 0) return [];
    const errors = output.split("\n").filter((line) => line.includes(": error "));
    if (errors.length === 0) throw new Error(`tsc ended with ${code}: ${output}`);
    // What is wrong in the packages themselves is for the build to tell.
    return errors
      .filter((line) => /^\d+\.ts\(/.test(line))
      .map((line) =>
        line.replace(
          /^(\d+)\.ts\((\d+),\d+\)/,
          (_, index: string, at: string) => `${snippets[Number(index)]?.path}:${at}`,
        ),
      );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
