import { z } from "zod";
import type { SecretOptions } from "../../secrets/create-secrets.ts";
import { secretStores } from "../../secrets/stores/index.ts";
import { resolvable } from "./resolvable.ts";

/** A store with required options may be left out; then it is not opened. */
const optionsOf = (options: z.ZodObject): z.ZodType =>
  options.safeParse({}).success ? options.prefault({}) : options.optional();

/** The options of each store of secrets. */
export const secrets = (
  z.strictObject(
    Object.fromEntries(Object.entries(secretStores).map(([name, { options }]) => [name, optionsOf(options)])),
  ) as unknown as z.ZodType<SecretOptions, SecretOptions>
).superRefine(resolvable);
