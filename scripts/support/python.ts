import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./process.ts";
import { lastLines, makeWhole, type Provided } from "./provided.ts";

const minutes = 60_000;

/** A Python program that the tests need. */
export interface PythonProgram {
  /** Its requirements are in `<name>-requirements.txt` beside this file. */
  readonly name: string;
  /** A module that a working environment can import. */
  readonly module: string;
}

/**
 * Provides a program of the Python package index in its own virtual environment in `.cache/`. The environment is made
 * on first use, when the requirements change, and when it no longer works.
 *
 * It can be renamed because programs are started as modules, not by pip's launchers, which contain absolute paths.
 */
export async function providePython(
  root: string,
  { name, module }: PythonProgram,
  say: (line: string) => void,
): Promise<Provided> {
  const requirements = join(root, `scripts/support/${name}-requirements.txt`);
  const home = join(root, ".cache", name);
  const path = join(home, "bin/python");
  const stamp = join(home, "requirements.sha256");
  const wanted = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex");

  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === wanted && (await works(path, module))) return { path };

  const host = await hostPython();
  if ("missing" in host) return host;
  const missing = await makeWhole(home, async (aside) => {
    await mkdir(join(root, ".cache"), { recursive: true });
    say(`${name}: making its Python environment in .cache/${name} (first use; under a minute)`);
    const made = await run(host.path, ["-m", "venv", "--clear", aside], { output: "keep", deadline: 2 * minutes });
    if (made.code !== 0) return `python3 -m venv failed: ${lastLines(made.output)}`;
    say(`${name}: installing ${name}-requirements.txt from the Python package index`);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", requirements];
    const installed = await run(join(aside, "bin/python"), pip, { output: "keep", deadline: 10 * minutes });
    if (installed.code !== 0) return `pip install failed: ${lastLines(installed.output)}`;
    if (!(await works(join(aside, "bin/python"), module))) return "what pip installed does not start";
    await writeFile(join(aside, "requirements.sha256"), wanted);
    return null;
  });
  if (missing !== null) return { missing };
  say(`${name}: ready`);
  return { path };
}

async function works(python: string, module: string): Promise<boolean> {
  if (!existsSync(python)) return false;
  return (await run(python, ["-c", `import ${module}`], { output: "keep", deadline: minutes })).code === 0;
}

async function hostPython(): Promise<Provided> {
  const path = "python3";
  try {
    const { code } = await run(path, ["-c", "import ensurepip, venv"], { output: "keep", deadline: minutes });
    return code === 0
      ? { path }
      : { missing: "python3 has no venv or ensurepip (Debian: apt-get install python3-venv)" };
  } catch {
    return { missing: "there is no python3 (Debian: apt-get install python3 python3-venv)" };
  }
}
