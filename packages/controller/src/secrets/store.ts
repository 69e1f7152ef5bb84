import type { z } from "zod";
import type { SecretStores } from "../aws/secret-stores.ts";
import type { Clock } from "../clock.ts";
import type { DriverFactory } from "../drivers.ts";
import type { Http } from "../http/http.ts";

/** The secret, or the reason why there is none: a text for people that does not contain the secret. */
export type Found = { readonly secret: string } | { readonly none: string; readonly cause?: unknown };

/** A store of secrets. The name of a secret is the text after the colon in `${env:NAME}`. */
export interface SecretStore {
  /** Makes one attempt. Rejects if the store is unavailable; people read the message of a `SpotkeeperError`. */
  read(name: string): Promise<Found>;
}

/** Dependencies that stores may use. */
export interface SecretStoreDeps {
  readonly clock: Clock;
  readonly env: { readonly [name: string]: string | undefined };
  readonly readFile: (path: string) => Promise<string>;
  readonly aws: SecretStores;
  /** The region of the process; null if it is not known. */
  readonly region: string | null;
  /** Makes a guarded HTTP client; `allow` lists hosts and addresses that may be called although they are not public. */
  readonly http: (allow: readonly string[]) => Http;
  /** Resolves a reference in the store's own options, from the stores listed before it. Rejects with SK-SECRET-UNAVAILABLE. */
  readonly secret: (reference: string) => Promise<string>;
}

/** The shape of a store's file. Its options are `secrets.<name>` in the config. */
export interface SecretStoreFactory<Options extends z.ZodObject = z.ZodObject> extends DriverFactory<
  SecretStore,
  SecretStoreDeps,
  Options
> {
  /** The name of the store for people. */
  readonly title: string;
  /** A reference to the store, for error messages. */
  readonly example: string;
  /** Whether values are cached for some minutes, and while the store is unavailable; else they are read at each use. */
  readonly remembered: boolean;
}
