import { messageOf, SpotkeeperError } from "../errors.ts";
import type { Environment } from "../watch/environment.ts";

/** Returns the current token, or null if none is set. */
export type TokenOf = () => string | null;

const names = ["SPOTKEEPER_AGENT_TOKEN", "SPOTKEEPER_HOOK_TOKEN", "SPOTKEEPER_TOKEN"] as const;

/** The tokens belong to the daemon: neither the command nor a hook command gets them, or the names of their files. */
const secrets: ReadonlySet<string> = new Set(names.flatMap((name) => [name, `${name}_FILE`]));

export const withoutTokens = (env: Environment): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.has(name)));

/**
 * Reads a token from the variable `name`, or from the file that `<name>_FILE` names. The file is read again at each
 * use, so that a token can be rotated. While it cannot be read, the previous token is used.
 *
 * @throws SpotkeeperError `SK-AGENT-CALL` if the file cannot be read or is empty, or if both variables are set
 */
export function tokenFrom(env: Environment, name: (typeof names)[number]): TokenOf {
  const file = env[`${name}_FILE`] || null;
  const token = env[name] || null;
  if (file === null) return () => token;
  const wrong = (what: string): SpotkeeperError => new SpotkeeperError("SK-AGENT-CALL", `${name}_FILE: ${what}.`);
  if (token !== null) throw wrong(`${name} is set too; set one of them`);
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const read = (): string => readFileSync(file, "utf8").trim();
  let last: string;
  try {
    last = read();
  } catch (error) {
    throw wrong(`the file cannot be read: ${messageOf(error)}`);
  }
  if (last === "") throw wrong("the file is empty");
  return () => {
    try {
      last = read() || last;
    } catch {
      // The file is just being replaced, or no descriptor is free.
    }
    return last;
  };
}
