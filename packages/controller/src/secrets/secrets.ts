/** Resolves references to secrets in a config. */
export interface Secrets {
  /** Returns the value of a reference; null if the reference is null. Throws SK-SECRET-UNAVAILABLE. */
  readonly resolve: (reference: string | null) => Promise<string | null>;
  /**
   * Reads the reference again. Returns its new value, or null if it is still the value that was refused. Throws
   * SK-SECRET-UNAVAILABLE.
   */
  readonly renew: (reference: string, refused: string) => Promise<string | null>;
  /** Reads AWS's stores again, because a secret from them was refused. Returns true if one of them has changed. */
  readonly refresh: () => Promise<boolean>;
}

/** For a worker whose config has no references. */
export const NO_SECRETS: Secrets = {
  resolve: () => Promise.resolve(null),
  renew: () => Promise.resolve(null),
  refresh: () => Promise.resolve(false),
};
