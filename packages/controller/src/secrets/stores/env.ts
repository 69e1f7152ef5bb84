import { z } from "zod";
import type { SecretStoreFactory } from "../store.ts";

const options = z.strictObject({});

/** The environment of the process. */
export const envStore: SecretStoreFactory<typeof options> = {
  title: "the environment",
  example: "${env:NAME}",
  remembered: false,
  options,
  open: (_, { env }) => ({
    async read(name) {
      const secret = env[name];
      return secret === undefined || secret === "" ? { none: `the environment has no ${name}; set it` } : { secret };
    },
  }),
};
