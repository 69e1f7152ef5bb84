import { readFile } from "node:fs/promises";
import { SpotkeeperError } from "../errors.ts";
import { createSecrets, type SecretOptions } from "../secrets/create-secrets.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { SecretStoreDeps } from "../secrets/store.ts";

/** Opens the secrets of this process: its environment, its files, and the stores that the config describes. */
export const openSecrets = (
  options: SecretOptions,
  deps: Omit<SecretStoreDeps, "readFile" | "secret">,
): Promise<Secrets> => createSecrets(options, { ...deps, readFile: (path) => readFile(path, "utf8") });

/**
 * Resolves references. Throws SK-SECRET-UNAVAILABLE.
 *
 * @param key config key of the references, for the error message, since several keys can use one variable
 */
export async function resolved(
  key: string,
  secret: (reference: string) => Promise<string | null>,
  references: readonly string[],
): Promise<string[]> {
  try {
    return (await Promise.all(references.map(secret))).filter((one) => one !== null);
  } catch (cause) {
    if (!(cause instanceof SpotkeeperError)) throw cause;
    throw new SpotkeeperError(cause.code, `${key}: ${cause.message}`, { cause });
  }
}
