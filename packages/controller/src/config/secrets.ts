import { SpotkeeperError } from "../errors.ts";
import { REFERENCE } from "./fields.ts";

export interface SecretDeps {
  readonly env: { readonly [name: string]: string | undefined };
  readonly readFile: (path: string) => Promise<string>;
}

/** No token is longer; a path given by mistake (a log, a device) must not be read whole into a header. */
const LONGEST = 64 * 1024;

/**
 * Resolves references to secrets, at use and each time, so that a rotated file needs no restart. Null for no reference.
 * Throws SK-SECRET-UNAVAILABLE, which names the reference and never what it stands for.
 *
 * @example const token = await createSecrets({ env: process.env, readFile })("${env:INGEST_TOKEN}");
 */
export function createSecrets({ env, readFile }: SecretDeps): (reference: string | null) => Promise<string | null> {
  return async (reference) => {
    if (reference === null) return null;
    const [, form, name = ""] = REFERENCE.exec(reference) ?? [];
    if (form === "env") {
      const value = env[name];
      if (value === undefined || value === "") throw unavailable(reference, `the environment has no ${name}; set it`);
      return value;
    }
    if (form !== "file") throw unavailable("a reference", "it is neither ${env:NAME} nor ${file:/path}");
    // Editors and `echo` end a file with a line break, which is no part of the secret.
    const value = (await read(readFile, name, reference)).replace(/\r?\n$/, "");
    if (value === "") throw unavailable(reference, "the file is empty");
    if (value.length > LONGEST) throw unavailable(reference, `the file is longer than ${LONGEST} characters`);
    return value;
  };
}

async function read(readFile: SecretDeps["readFile"], path: string, reference: string): Promise<string> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "it cannot be read";
    throw unavailable(reference, `the file cannot be read (${code}); check that it exists and who may read it`, error);
  }
}

const unavailable = (reference: string, why: string, cause?: unknown): SpotkeeperError =>
  new SpotkeeperError("SK-SECRET-UNAVAILABLE", `The secret ${reference} is not available: ${why}.`, { cause });
