import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../../../../..");

/** As much of vitest's report as is read. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * Runs a file of tests with a fault put back. Returns the name of the first test that fails; null where none does.
 *
 * @throws {Error} where the tests could not be run at all
 */
export async function testThatFails(fault: string, file: string): Promise<string | null> {
  const scratch = await mkdtemp(join(tmpdir(), "spotkeeper-teeth-"));
  try {
    const report = join(scratch, "report.json");
    const why = await run(fault, file, report);
    const said = await readFile(report, "utf8").catch(() => null);
    const { testResults } = said === null ? { testResults: [] } : (JSON.parse(said) as Report);
    const all = testResults.flatMap(({ assertionResults }) => assertionResults);
    if (all.length === 0) throw new Error(`${file} could not be run with "${fault}":\n${why}`);
    return all.find(({ status }) => status === "failed")?.fullName ?? null;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** Returns the last that was said of errors. */
async function run(fault: string, file: string, report: string): Promise<string> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const config = join(import.meta.dirname, "with-fault.config.ts");
  const reporter = ["--reporter=json", `--outputFile.json=${report}`];
  const child = spawn(process.execPath, [vitest, "run", "--config", config, ...reporter, "--bail=1", file], {
    cwd: root,
    env: { ...process.env, FAULT: fault },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let why = "";
  child.stderr.on("data", (chunk: Buffer) => (why = (why + chunk.toString()).slice(-2_000)));
  await once(child, "close");
  return why;
}
