import type { Clock } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Secrets } from "../secrets.ts";
import { REFERENCE } from "../fields.ts";
import { createStoredSecrets } from "./stored-secrets.ts";

export interface SecretDeps {
  readonly env: { readonly [name: string]: string | undefined };
  readonly readFile: (path: string) => Promise<string>;
  readonly stores: AwsStores;
  readonly clock: Clock;
}

/** AWS's stores of secrets. Return null for a missing value; reject if they cannot be read. */
export interface AwsStores {
  /** Reads a parameter of Systems Manager, decrypted. */
  readonly parameter: (name: string) => Promise<string | null>;
  /** Reads a secret of Secrets Manager, by name or ARN. */
  readonly secret: (id: string) => Promise<string | null>;
}

/** Maximum length of a secret: a wrong path (a log, a device) must not be read into a header. */
const LONGEST = 64 * 1024;

/**
 * Creates the resolver of references to secrets. Environment and files are read at each use, so that a rotated file
 * needs no restart; AWS's stores are cached (stored-secrets.ts). Errors contain the reference, never the secret.
 *
 * @example const token = await createSecrets({ env, readFile, stores, clock }).resolve("${env:INGEST_TOKEN}");
 */
export function createSecrets({ env, readFile, stores, clock }: SecretDeps): Secrets {
  const stored = createStoredSecrets(clock);

  const forms: { readonly [form: string]: (name: string, reference: string) => Promise<string> } = {
    async env(name, reference) {
      const value = env[name];
      if (value === undefined || value === "") throw unavailable(reference, `the environment has no ${name}; set it`);
      return value;
    },
    async file(name, reference) {
      // Editors and `echo` add a line break at the end, which is no part of the secret.
      const value = (await read(readFile, name, reference)).replace(/\r?\n$/, "");
      if (value === "") throw unavailable(reference, "the file is empty");
      if (value.length > LONGEST) throw unavailable(reference, `the file is longer than ${LONGEST} characters`);
      return value;
    },
    ssm: (name, reference) =>
      stored.get(reference, async () => {
        const value = await asked(reference, "Parameter Store", () => stores.parameter(name));
        if (value === null) throw unavailable(reference, "Parameter Store has no such parameter");
        return value;
      }),
    secret(name, reference) {
      const [, id = "", , key] = /^([^#]+)(#(.+))?$/.exec(name) ?? [];
      return stored.get(reference, async () => {
        const value = await asked(reference, "Secrets Manager", () => stores.secret(id));
        if (value === null) throw unavailable(reference, "Secrets Manager has no such secret, or it is not text");
        return key === undefined ? value : fieldOf(value, key, reference);
      });
    },
  };

  async function resolve(reference: string | null): Promise<string | null> {
    if (reference === null) return null;
    const [, form = "", name = ""] = REFERENCE.exec(reference) ?? [];
    const read = forms[form];
    if (read === undefined)
      throw unavailable("a reference", "it is none of ${env:NAME}, ${file:/path}, ${ssm:/path}, ${secret:name#key}");
    return read(name, reference);
  }

  return {
    resolve,
    async renew(reference, refused) {
      const value = (await stored.renew(reference, refused)) ?? (await resolve(reference));
      return value === refused ? null : value;
    },
    refresh: stored.refresh,
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

async function asked(reference: string, store: string, ask: () => Promise<string | null>): Promise<string | null> {
  try {
    return await ask();
  } catch (error) {
    const why = error instanceof SpotkeeperError ? error.message : "no answer";
    throw unavailable(reference, `${store} cannot be asked: ${why}`, error);
  }
}

/** Reads one key of a secret that is a JSON object, as the console of Secrets Manager makes them. */
function fieldOf(json: string, key: string, reference: string): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's message would contain the beginning of the secret.
    throw unavailable(reference, `it is not JSON, so it has no key; leave out "#${key}" for the whole of it`);
  }
  const field = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  if (typeof field === "number") return String(field);
  if (typeof field !== "string" || field === "") throw unavailable(reference, `it has no text under the key ${key}`);
  return field;
}

const unavailable = (reference: string, why: string, cause?: unknown): SpotkeeperError =>
  new SpotkeeperError("SK-SECRET-UNAVAILABLE", `The secret ${reference} is not available: ${why}.`, { cause });
