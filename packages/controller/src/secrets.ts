/** What references to secrets in a config stand for. */
export interface Secrets {
  /** What a reference stands for; null for no reference. Throws SK-SECRET-UNAVAILABLE. */
  readonly resolve: (reference: string | null) => Promise<string | null>;
  /** What a reference stands for now, where that is not what was refused; null otherwise. Throws SK-SECRET-UNAVAILABLE. */
  readonly renew: (reference: string, refused: string) => Promise<string | null>;
  /** Asks AWS's stores again, since a secret of theirs was refused. True: one of them has changed. */
  readonly refresh: () => Promise<boolean>;
}

/** For a worker that is given no references. */
export const NO_SECRETS: Secrets = {
  resolve: () => Promise.resolve(null),
  renew: () => Promise.resolve(null),
  refresh: () => Promise.resolve(false),
};
