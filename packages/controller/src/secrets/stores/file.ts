import { z } from "zod";
import type { SecretStoreFactory } from "../store.ts";

const options = z.strictObject({});

/** Maximum length of a secret: a wrong path (a log, a device) must not be read into a header. */
const LONGEST = 64 * 1024;

/** Files, each with one secret; read at each use, so that a rotated one needs no restart. */
export const fileStore: SecretStoreFactory<typeof options> = {
  title: "the file system",
  example: "${file:/path}",
  remembered: false,
  options,
  open: (_, { readFile }) => ({
    async read(path) {
      let text: string;
      try {
        text = await readFile(path);
      } catch (cause) {
        const code = cause instanceof Error && "code" in cause ? String(cause.code) : "it cannot be read";
        return { none: `the file cannot be read (${code}); check that it exists and who may read it`, cause };
      }
      // Editors and `echo` add a line break at the end, which is no part of the secret.
      const secret = text.replace(/\r?\n$/, "");
      if (secret === "") return { none: "the file is empty" };
      if (secret.length > LONGEST) return { none: `the file is longer than ${LONGEST} characters` };
      return { secret };
    },
  }),
};
