import { expect, test } from "vitest";
import { createSecrets } from "../../src/config/secrets.ts";

const files: { readonly [path: string]: string } = {
  "/run/secrets/x": "s3cret\n",
  "/empty": "\n",
  "/long": "x".repeat(70_000),
};
const secret = createSecrets({
  env: { TOKEN: "s3cret", EMPTY: "" },
  readFile: (path) =>
    files[path] === undefined
      ? Promise.reject(Object.assign(new Error("no"), { code: "EACCES" }))
      : Promise.resolve(files[path]),
});

test("resolves the environment and files, without their last line break", async () => {
  expect(await secret(null)).toBeNull();
  expect(await secret("${env:TOKEN}")).toBe("s3cret");
  expect(await secret("${file:/run/secrets/x}")).toBe("s3cret");
});

test.each([
  ["${env:NONE}", "The secret ${env:NONE} is not available: the environment has no NONE; set it."],
  ["${env:EMPTY}", "The secret ${env:EMPTY} is not available: the environment has no EMPTY; set it."],
  [
    "${file:/no}",
    "The secret ${file:/no} is not available: the file cannot be read (EACCES); check that it exists and who may read it.",
  ],
  ["${file:/empty}", "The secret ${file:/empty} is not available: the file is empty."],
  ["${file:/long}", "The secret ${file:/long} is not available: the file is longer than 65536 characters."],
  ["hunter2", "The secret a reference is not available: it is neither ${env:NAME} nor ${file:/path}."],
])("%s: says what is wrong, never what it holds", async (reference, message) => {
  await expect(secret(reference)).rejects.toMatchObject({ code: "SK-SECRET-UNAVAILABLE", message });
});
