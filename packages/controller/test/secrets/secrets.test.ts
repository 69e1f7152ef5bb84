import { expect, test } from "vitest";
import { SpotkeeperError } from "../../src/errors.ts";
import { testClock } from "../enrich/support/clock.ts";
import { T0 } from "../record/support/samples.ts";
import type { SecretStores } from "../../src/aws/secret-stores.ts";
import { configSchema } from "../../src/config/schema.ts";
import { referenceForms } from "../../src/secrets/reference.ts";
import { createSecrets } from "../../src/secrets/create-secrets.ts";
import type { SecretStoreDeps, SecretStoreFactory } from "../../src/secrets/store.ts";
import { secretStores } from "../../src/secrets/stores/index.ts";

const files: { readonly [path: string]: string } = {
  "/run/secrets/x": "s3cret\n",
  "/empty": "\n",
  "/long": "x".repeat(70_000),
  "/lines": "s3cret\nmore\n",
  "/blank": " s3cret",
};
const parameters = new Map([["/spot/slack", "https://hooks.example.com/x"]]);
const stored = new Map([
  ["jira", JSON.stringify({ token: "s3cret", port: 25, empty: "" })],
  ["plain", "s3cret"],
]);
let asked = 0;
let away = false;
const answer = (from: Map<string, string>) => (_at: unknown, name: string) => {
  asked += 1;
  if (away) return Promise.reject(new SpotkeeperError("SK-AWS-CALL", "ssm:GetParameter: Throttled: slow down"));
  return Promise.resolve(from.get(name) ?? null);
};
const clock = testClock(T0);
const {
  resolve: secret,
  renew,
  refresh,
} = await createSecrets(configSchema.parse({}).secrets, {
  clock,
  region: "eu-west-1",
  aws: { parameter: answer(parameters), secretValue: answer(stored) } as unknown as SecretStores,
  http: () => () => Promise.reject(new Error("no HTTP in this test")),
  env: { TOKEN: "s3cret", EMPTY: "", ECHOED: "s3cret\n", COPIED: "s3\u200bcret" },
  readFile: (path) =>
    files[path] === undefined
      ? Promise.reject(Object.assign(new Error("no"), { code: "EACCES" }))
      : Promise.resolve(files[path]),
} satisfies Omit<SecretStoreDeps, "secret">);

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
  [
    "${file:/lines}",
    "The secret ${file:/lines} is not available: it has more than one line; store only the secret, in one line.",
  ],
  [
    "${file:/blank}",
    "The secret ${file:/blank} is not available: it begins or ends with a space or a line break; store it without (printf, not echo).",
  ],
  [
    "${env:ECHOED}",
    "The secret ${env:ECHOED} is not available: it begins or ends with a space or a line break; store it without (printf, not echo).",
  ],
  [
    "${env:COPIED}",
    "The secret ${env:COPIED} is not available: it has a character that cannot be typed; copy it again.",
  ],
  ["${file:/empty}", "The secret ${file:/empty} is not available: the file is empty."],
  ["${file:/long}", "The secret ${file:/long} is not available: the file is longer than 65536 characters."],
  ["${ssm:/none}", "The secret ${ssm:/none} is not available: Parameter Store has no such parameter."],
  [
    "${secret:none}",
    "The secret ${secret:none} is not available: Secrets Manager has no such secret, or it is not text.",
  ],
  [
    "${secret:plain#token}",
    'The secret ${secret:plain#token} is not available: it is not JSON, so it has no key; leave out "#token" for the whole of it.',
  ],
  ["${secret:jira#empty}", "The secret ${secret:jira#empty} is not available: it has no text under the key empty."],
  ["hunter2", `The secret a reference is not available: it is none of ${referenceForms.join(", ")}.`],
])("%s: says what is wrong, never what it holds", async (reference, message) => {
  await expect(secret(reference)).rejects.toMatchObject({ code: "SK-SECRET-UNAVAILABLE", message });
});

test("resolves Parameter Store and Secrets Manager, whole or by key, and asks once", async () => {
  expect(await secret("${ssm:/spot/slack}")).toBe("https://hooks.example.com/x");
  expect(await secret("${secret:plain}")).toBe("s3cret");
  expect(await secret("${secret:jira#token}")).toBe("s3cret");
  expect(await secret("${secret:jira#port}")).toBe("25");
  asked = 0;
  await Promise.all([secret("${ssm:/spot/slack}"), secret("${secret:jira#token}")]);
  expect(asked).toBe(0);
});

test("a secret that was rotated is there after a refresh, or after ten minutes", async () => {
  await secret("${ssm:/spot/slack}");
  parameters.set("/spot/slack", "https://hooks.example.com/y");
  expect(await secret("${ssm:/spot/slack}")).toBe("https://hooks.example.com/x");
  expect(await refresh()).toBe(true);
  expect(await secret("${ssm:/spot/slack}")).toBe("https://hooks.example.com/y");
  expect(await refresh()).toBe(false);
  parameters.set("/spot/slack", "https://hooks.example.com/z");
  clock.jump(600_000);
  expect(await secret("${ssm:/spot/slack}")).toBe("https://hooks.example.com/z");
});

test("what was refused is read again once, by however many hear of it, and not again soon", async () => {
  parameters.set("/spot/hook", "old");
  expect(await secret("${ssm:/spot/hook}")).toBe("old");
  parameters.set("/spot/hook", "new");
  // Read this very moment: it is not asked again for a token that is simply wrong.
  expect(await renew("${ssm:/spot/hook}", "old")).toBeNull();
  clock.jump(10_000);
  asked = 0;
  const both = [renew("${ssm:/spot/hook}", "old"), renew("${ssm:/spot/hook}", "old")];
  expect(await Promise.all(both)).toEqual(["new", "new"]);
  expect(await renew("${ssm:/spot/hook}", "old")).toBe("new");
  expect(await renew("${ssm:/spot/hook}", "new")).toBeNull();
  expect(asked).toBe(1);
  expect(await secret("${ssm:/spot/hook}")).toBe("new");
});

test("what is read at each use is not what was refused where it has changed meanwhile", async () => {
  expect(await renew("${env:TOKEN}", "s3cret")).toBeNull();
  expect(await renew("${env:TOKEN}", "before")).toBe("s3cret");
});

test("a store that is away takes back nothing that it said, and is told of where it never said anything", async () => {
  await secret("${ssm:/spot/slack}");
  away = true;
  clock.jump(3_600_000);
  expect(await secret("${ssm:/spot/slack}")).toBe("https://hooks.example.com/z");
  expect(await refresh()).toBe(false);
  await expect(renew("${ssm:/spot/slack}", "https://hooks.example.com/z")).rejects.toMatchObject({
    code: "SK-SECRET-UNAVAILABLE",
  });
  await expect(secret("${ssm:/spot/other}")).rejects.toMatchObject({
    message:
      "The secret ${ssm:/spot/other} is not available: Parameter Store cannot be asked: ssm:GetParameter: Throttled: slow down.",
  });
});

test("a store that is not set up says so; the options of one are resolved by those before it", async () => {
  const registry: Record<string, SecretStoreFactory> = secretStores;
  const { ssm } = secretStores;
  const own: string[] = [];
  registry["ssm"] = {
    ...ssm,
    open: (_, deps) => ({
      async read(name) {
        own.push(await deps.secret("${env:TOKEN}"), await deps.secret(`\${ssm:${name}}`).catch(String));
        return { secret: "x" };
      },
    }),
  };
  try {
    const deps = { clock, env: { TOKEN: "s3cret" }, region: null } as unknown as SecretStoreDeps;
    const { resolve } = await createSecrets({ env: {}, ssm: { region: null } }, deps);
    expect(await resolve("${ssm:/x}")).toBe("x");
    expect(own).toEqual(["s3cret", expect.stringContaining("the store is not set up; set secrets.ssm")]);
    await expect(resolve("${secret:x}")).rejects.toThrow("the store is not set up; set secrets.secret");
  } finally {
    registry["ssm"] = ssm;
  }
});
