import { readFile } from "node:fs/promises";
import type { Ask, Place } from "../aws/ask.ts";
import type { SecretStores } from "../aws/secret-stores.ts";
import type { Clock, Ms } from "../clock.ts";
import { type AwsStores, createSecrets } from "../config/secrets.ts";
import type { Secrets } from "../secrets.ts";
import { SpotkeeperError } from "../errors.ts";

const WITHIN: Ms = 5_000;

export interface SecretsOptions {
  readonly env: { readonly [name: string]: string | undefined };
  readonly stores: SecretStores;
  /** Region of stores that are read by name; null: not known. */
  readonly region: string | null;
  readonly clock: Clock;
}

/** Opens the secrets of this process: environment, files, and AWS's stores in its own account. */
export function openSecrets({ env, stores, region, clock }: SecretsOptions): Secrets {
  const read = (path: string): Promise<string> => readFile(path, "utf8");
  return createSecrets({ env, readFile: read, stores: storesAt(stores, region, clock), clock });
}

/** Reads by name in the worker's region, by ARN in the ARN's region. */
function storesAt(stores: SecretStores, region: string | null, clock: Clock): AwsStores {
  const placeOf = (name: string): Place => {
    const own = /^arn:aws[a-z-]*:(?:ssm|secretsmanager):([a-z0-9-]+):/.exec(name)?.[1] ?? region;
    if (own !== null) return { account: null, region: own };
    throw new SpotkeeperError("SK-SECRET-UNAVAILABLE", "no region is known; set AWS_REGION, or write the whole ARN");
  };
  const ask = (): Ask => ({ purpose: "act", deadline: clock.now() + WITHIN });
  return {
    parameter: async (name) => stores.parameter(placeOf(name), name, ask()),
    secret: async (id) => stores.secretValue(placeOf(id), id, ask()),
  };
}

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
