import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../scripts/support/process.ts";
import { read, root } from "../support/tree.ts";
import { snippetsOf } from "./snippets.ts";

/** The page shows a document, and the session that plays it. */
test("the session of docs/simulate.md plays the document that it shows", { timeout: 300_000 }, async () => {
  const page = read("docs/simulate.md");
  const [document] = snippetsOf(page, "json");
  const session = snippetsOf(page, "text").find(({ code }) => code.startsWith("spotkeeper simulate "));
  const folder = await mkdtemp(join(tmpdir(), "spotkeeper-session-"));
  try {
    await writeFile(join(folder, "fleet.json"), document!.code);
    const main = join(root, "packages/cli/src/main.ts");
    const [, ...args] = session!.code.split(" ");
    const { code, output } = await run(process.execPath, ["--conditions=@spotkeeper/source", main, ...args], {
      cwd: folder,
      output: "keep",
      deadline: 280_000,
    });
    expect(output).toMatch(/^5 worlds with \d+ incidents .*, 0 broken\.$/m);
    expect(output).toContain("Not played as in the file:");
    expect(code).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
