import { SpotkeeperError } from "../errors.ts";
import { type Problem, problemsOf, wants } from "./problems.ts";
import { type Config, configSchema } from "./schema.ts";
import { readYaml } from "./yaml.ts";

/** Maximum number of problems shown, since the first often cause the others. */
const SHOWN = 20;

/**
 * Parses the text of a config. Throws SK-CONFIG-SYNTAX or SK-CONFIG-INVALID, which lists all wrong keys with line,
 * actual value (never a secret) and expected value.
 *
 * @param file file name for messages
 * @example parseConfig("sources: { sqs: [{ queueUrl: https://sqs.eu-west-1.amazonaws.com/111122223333/spot }] }", "-");
 */
export function parseConfig(text: string, file: string): Config {
  const { value, lineOf } = readYaml(text, file);
  const read = configSchema.safeParse(value, { error: wants });
  if (read.success) return read.data;
  const lines = problemsOf(configSchema, value, read.error.issues)
    .map((problem) => ({ ...problem, line: lineOf(problem.path) }))
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, text: what }) => `${file}:${line}: ${what}`);
  const more = lines.length > SHOWN ? [`… and ${lines.length - SHOWN} more`] : [];
  throw new SpotkeeperError("SK-CONFIG-INVALID", [...lines.slice(0, SHOWN), ...more].join("\n"));
}

/** Returns what is wrong with a config that is not text yet; empty if it loads. */
export function configProblems(value: unknown): readonly Problem[] {
  const read = configSchema.safeParse(value, { error: wants });
  return read.success ? [] : problemsOf(configSchema, value, read.error.issues);
}

/**
 * Reads the config at `path`; null means an empty config, which is valid: console, SQLite in the working folder,
 * loopback. Throws SK-CONFIG-UNREADABLE, and the errors of `parseConfig`.
 */
export function loadConfig(path: string | null, readFile: (path: string) => string): Config {
  return path === null ? parseConfig("", "no config") : parseConfig(open(path, readFile), path);
}

function open(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    const advice =
      code === "ENOENT"
        ? "there is no such file; check the path that was given (--config, --policy, SPOTKEEPER_CONFIG)"
        : code;
    throw new SpotkeeperError("SK-CONFIG-UNREADABLE", `The config ${path} cannot be read: ${advice}.`, { cause });
  }
}
