import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One place of the code, and what stands there while the fault is put back. */
export interface Change {
  /** Occurs once in all sources; a run of white space stands for any other. */
  readonly code: string;
  readonly instead: string;
}

const packages = join(import.meta.dirname, "../../../../..");

/** The source files that faults are put back into, with what they hold. */
export function readSources(): ReadonlyMap<string, string> {
  const files = ["controller", "simulator", "cli"].flatMap((name) =>
    readdirSync(join(packages, name, "src"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(files.map((file) => [file, readFileSync(file, "utf8")]));
}

/** The pattern of a piece of code, however it is wrapped into lines. */
const patternOf = (code: string): RegExp =>
  new RegExp(
    code
      .trim()
      .split(/\s+/)
      .map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
      .join(String.raw`\s+`),
    "g",
  );

/**
 * The file that holds a piece of code, and where the code begins in it.
 *
 * @throws {Error} when the code is not there, or more than once
 */
export function find(
  code: string,
  sources: ReadonlyMap<string, string>,
): { readonly file: string; readonly at: number } {
  const found = [...sources].flatMap(([file, text]) =>
    Array.from(text.matchAll(patternOf(code)), ({ index }) => ({ file, at: index })),
  );
  const [first, ...others] = found;
  if (first === undefined) throw new Error(`No source has this code:\n${code}`);
  if (others.length > 0)
    throw new Error(`This code occurs ${found.length} times (${found.map(({ file }) => file).join(", ")}):\n${code}`);
  return first;
}

/**
 * The files that change, each with its changed text.
 *
 * @throws {Error} when a piece of code is not there, or more than once
 */
export function putBack(changes: readonly Change[], sources: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  for (const { code, instead } of changes) {
    const { file } = find(code, new Map([...sources, ...changed]));
    const text = changed.get(file) ?? sources.get(file) ?? "";
    changed.set(
      file,
      text.replace(patternOf(code), () => instead),
    );
  }
  return changed;
}
