import { expect, test } from "vitest";
import type { SecretStores } from "../../src/aws/secret-stores.ts";
import { SpotkeeperError } from "../../src/errors.ts";
import type { SecretStore, SecretStoreDeps, SecretStoreFactory } from "../../src/secrets/store.ts";
import { secretStores } from "../../src/secrets/stores/index.ts";
import { testClock } from "../enrich/support/clock.ts";
import { type SecretStoreFixture, testSecretStore } from "./secret-store-contract.ts";

const ARN = "arn:aws:secretsmanager:us-east-2:111122223333:secret:jira-a1b2";

async function openStore(
  name: keyof typeof secretStores,
  deps: Partial<SecretStoreDeps>,
  options: object = {},
): Promise<SecretStore> {
  const factory: SecretStoreFactory = secretStores[name];
  const given = { clock: testClock(), region: "eu-west-1", ...deps } as SecretStoreDeps;
  return factory.open(factory.options.parse(options), given);
}

testSecretStore("env", async () => {
  const env: Record<string, string> = {};
  const put = (name: string, secret: string): void => void (env[name] = secret);
  return { store: await openStore("env", { env }), put, unknown: "NONE", goAway: null };
});

testSecretStore("file", async () => {
  const files = new Map<string, string>();
  const readFile = async (path: string): Promise<string> => {
    const text = files.get(path);
    if (text === undefined) throw Object.assign(new Error("no"), { code: "ENOENT" });
    return text;
  };
  const put = (path: string, secret: string): void => void files.set(path, `${secret}\n`);
  return { store: await openStore("file", { readFile }), put, unknown: "/none", goAway: null };
});

const inAws = (name: "ssm" | "secret") => async (): Promise<SecretStoreFixture> => {
  const known = new Map<string, string>();
  let away = false;
  const read = async (_at: unknown, id: string): Promise<string | null> => {
    if (away) throw new SpotkeeperError("SK-AWS-CALL", "it is throttled");
    return known.get(id) ?? null;
  };
  const aws = { parameter: read, secretValue: read } as unknown as SecretStores;
  return {
    store: await openStore(name, { aws }),
    put: (id, secret) => void known.set(id, secret),
    unknown: "/none",
    goAway: () => void (away = true),
  };
};
testSecretStore("ssm", inAws("ssm"));
testSecretStore("secret", inAws("secret"));

test.each([
  ["by name in the region of the process", {}, "jira", "eu-west-1"],
  ["by name in the region of the store's options", { region: "sa-east-1" }, "jira", "sa-east-1"],
  ["by ARN in the region of the ARN", { region: "sa-east-1" }, ARN, "us-east-2"],
])("a store of AWS's is asked %s", async (_, options, id, region) => {
  for (const name of ["ssm", "secret"] as const) {
    const asked: unknown[] = [];
    const read = async (at: unknown): Promise<string> => {
      asked.push(at);
      return "x";
    };
    const aws = { parameter: read, secretValue: read } as unknown as SecretStores;
    await (await openStore(name, { aws }, options)).read(id);
    expect(asked).toEqual([{ account: null, region }]);
  }
});

test("without any region it says what to set", async () => {
  const store = await openStore("ssm", { region: null });
  await expect(store.read("/x")).rejects.toThrow(
    "no region is known; set secrets.ssm.region or AWS_REGION, or write the whole ARN",
  );
});
