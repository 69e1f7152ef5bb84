import { openDriver, type OptionsOf } from "../drivers.ts";
import { SpotkeeperError } from "../errors.ts";
import { parseReference, referenceForms } from "./reference.ts";
import type { Secrets } from "./secrets.ts";
import type { Found, SecretStore, SecretStoreDeps, SecretStoreFactory } from "./store.ts";
import { createStoredSecrets } from "./stored-secrets.ts";
import { secretStores } from "./stores/index.ts";

/** The options of each store; a store without options is not opened. */
export type SecretOptions = {
  readonly [Name in keyof typeof secretStores]?: OptionsOf<Pick<typeof secretStores, Name>> | undefined;
};

interface Opened {
  readonly factory: SecretStoreFactory;
  readonly store: SecretStore;
}
type Stores = ReadonlyMap<string, Opened>;

/**
 * Creates the resolver of references to secrets. Values of stores that are `remembered` are cached (stored-secrets.ts);
 * the others are read at each use. Errors contain the reference, never the secret.
 *
 * @example const token = await (await createSecrets(config.secrets, deps)).resolve("${env:INGEST_TOKEN}");
 */
export async function createSecrets(options: SecretOptions, deps: Omit<SecretStoreDeps, "secret">): Promise<Secrets> {
  const stores = await openAll(options, deps);
  const remembered = createStoredSecrets(deps.clock);

  async function resolve(reference: string | null): Promise<string | null> {
    if (reference === null) return null;
    const ask = (): Promise<string> => readFrom(stores, reference);
    return storeOf(stores, reference)?.factory.remembered === true ? remembered.get(reference, ask) : ask();
  }

  return {
    resolve,
    async renew(reference, refused) {
      const value = (await remembered.renew(reference, refused)) ?? (await resolve(reference));
      return value === refused ? null : value;
    },
    refresh: remembered.refresh,
  };
}

/** Opens the stores in the order of the registry: the options of each can refer to the stores before it. */
async function openAll(options: SecretOptions, deps: Omit<SecretStoreDeps, "secret">): Promise<Stores> {
  const stores = new Map<string, Opened>();
  const registry: { readonly [name: string]: SecretStoreFactory } = secretStores;
  for (const [name, factory] of Object.entries(registry)) {
    const own = (options as { readonly [name: string]: object | undefined })[name];
    if (own === undefined) continue;
    const before = new Map(stores);
    const secret = (reference: string): Promise<string> => readFrom(before, reference);
    const store = await openDriver(`the store of secrets "${name}"`, factory, { ...own }, { ...deps, secret });
    stores.set(name, { factory, store });
  }
  return stores;
}

const storeOf = (stores: Stores, reference: string): Opened | undefined =>
  stores.get(parseReference(reference)?.store ?? "");

/** Reads a secret from its store, in one attempt. Rejects with SK-SECRET-UNAVAILABLE. */
async function readFrom(stores: Stores, reference: string): Promise<string> {
  const parsed = parseReference(reference);
  // The text may be a secret in the place of a reference, so it is not repeated.
  if (parsed === null) throw unavailable("a reference", `it is none of ${referenceForms.join(", ")}`);
  const opened = stores.get(parsed.store);
  if (opened === undefined) throw unavailable(reference, `the store is not set up; set secrets.${parsed.store}`);
  const { factory, store } = opened;
  let found: Found;
  try {
    found = await store.read(parsed.name);
  } catch (error) {
    const why = error instanceof SpotkeeperError ? error.message : "no answer";
    throw unavailable(reference, `${factory.title} cannot be asked: ${why}`, error);
  }
  if ("none" in found) throw unavailable(reference, found.none, found.cause);
  const fault = faultOf(found.secret);
  if (fault !== null) throw unavailable(reference, fault);
  return found.secret;
}

/**
 * Returns what is wrong with a secret that no header, password or URL can contain; null if nothing is. Not mended here:
 * people would not know which of two values is in use.
 */
function faultOf(secret: string): string | null {
  // A line break in a header is an error of the client, and in a password the server's "wrong password".
  if (/[\r\n]/.test(secret.trim())) return "it has more than one line; store only the secret, in one line";
  if (secret !== secret.trim())
    return "it begins or ends with a space or a line break; store it without (printf, not echo)";
  return CONTROL.test(secret) ? "it has a character that cannot be typed; copy it again" : null;
}

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const unavailable = (reference: string, why: string, cause?: unknown): SpotkeeperError =>
  new SpotkeeperError("SK-SECRET-UNAVAILABLE", `The secret ${reference} is not available: ${why}.`, { cause });
