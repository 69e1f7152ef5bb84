import type { SecretStoreFactory } from "../store.ts";
import { envStore } from "./env.ts";
import { fileStore } from "./file.ts";
import { secretsManager } from "./secret.ts";
import { parameterStore } from "./ssm.ts";

/** Registry of stores of secrets, by the word that their references begin with. A store is one file here, and one line. */
export const secretStores = {
  env: envStore,
  file: fileStore,
  ssm: parameterStore,
  secret: secretsManager,
} satisfies Record<string, SecretStoreFactory>;
