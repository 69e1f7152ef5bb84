import { z } from "zod";
import { askInOurAccount, region } from "../in-our-account.ts";
import type { Found, SecretStoreFactory } from "../store.ts";

const options = z.strictObject({ region });

/** Secrets of Secrets Manager, by name or ARN; with `#key` one key of a secret that is a JSON object. */
export const secretsManager: SecretStoreFactory<typeof options> = {
  title: "Secrets Manager",
  example: "${secret:name#key}",
  remembered: true,
  options,
  open: (given, deps) => ({
    async read(name) {
      const [, id = "", , key] = /^([^#]+)(#(.+))?$/.exec(name) ?? [];
      const secret = await askInOurAccount(
        deps,
        { key: "secrets.secret.region", region: given.region },
        id,
        (at, ask) => deps.aws.secretValue(at, id, ask),
      );
      if (secret === null) return { none: "Secrets Manager has no such secret, or it is not text" };
      return key === undefined ? { secret } : fieldOf(secret, key);
    },
  }),
};

/** Returns one field of a JSON object, which is how the console of Secrets Manager stores secrets. */
function fieldOf(json: string, key: string): Found {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's message would contain the beginning of the secret.
    return { none: `it is not JSON, so it has no key; leave out "#${key}" for the whole of it` };
  }
  const field = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  if (typeof field === "number") return { secret: String(field) };
  if (typeof field !== "string" || field === "") return { none: `it has no text under the key ${key}` };
  return { secret: field };
}
