import { readFile } from "node:fs/promises";
import { referencesIn } from "../config/references.ts";
import type { Config } from "../config/schema.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Log } from "../log.ts";
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

/** Logs each secret that is not available, so that it is known before an alert is to be sent. */
export function logMissingSecrets(config: Config, secret: Secrets["resolve"], log: Log): void {
  for (const { key, reference } of referencesIn(config))
    secret(reference).catch((err: unknown) => log.warn({ key, err }, "a secret is not available"));
}
