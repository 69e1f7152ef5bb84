import { beforeEach, describe, expect, test } from "vitest";
import { parseReference } from "../../src/secrets/reference.ts";
import type { SecretStore, SecretStoreFactory } from "../../src/secrets/store.ts";
import { secretStores } from "../../src/secrets/stores/index.ts";

export interface SecretStoreFixture {
  readonly store: SecretStore;
  /** Puts a secret under a name, or another one where there is one. */
  put(name: string, secret: string): void;
  /** A name under which nothing stands. */
  readonly unknown: string;
  /** The store does not answer any more; null where it cannot be away. */
  readonly goAway: (() => void) | null;
}

const SECRET = "hunter2 日本 \u00e9\nline";

/** What every store must do. A store's own test calls this, and adds what only it does. */
export function testSecretStore(name: keyof typeof secretStores, setUp: () => Promise<SecretStoreFixture>): void {
  describe(`secret store contract: ${name}`, () => {
    const factory: SecretStoreFactory = secretStores[name];
    let fixture: SecretStoreFixture;
    beforeEach(async () => {
      fixture = await setUp();
    });

    test("its example is a reference to it", () => {
      expect(parseReference(factory.example)?.store).toBe(name);
    });

    test("what stands under a name is read whole", async () => {
      fixture.put("a/b-c", SECRET);
      expect(await fixture.store.read("a/b-c")).toEqual({ secret: SECRET });
    });

    test("each read asks anew: what is remembered is not the store's to say", async () => {
      fixture.put("token", "before");
      expect(await fixture.store.read("token")).toEqual({ secret: "before" });
      fixture.put("token", "after");
      expect(await fixture.store.read("token")).toEqual({ secret: "after" });
    });

    test("what is not there is answered with a reason, and is no failure", async () => {
      fixture.put("token", SECRET);
      expect(await fixture.store.read(fixture.unknown)).toMatchObject({ none: expect.stringMatching(/\w/) as string });
    });

    test("a store that is away rejects, and repeats no secret", async () => {
      fixture.put("token", SECRET);
      await fixture.store.read("token");
      if (fixture.goAway === null) return;
      fixture.goAway();
      const error: unknown = await fixture.store.read("token").catch((one: unknown) => one);
      expect(error).toBeInstanceOf(Error);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("hunter2");
    });
  });
}
