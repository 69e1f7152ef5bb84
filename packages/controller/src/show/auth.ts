import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Creates a check whether an `Authorization` header contains one of the tokens (RFC 6750, section 2.1). All digests are
 * compared in constant time, so that the duration reveals neither length nor beginning of a token.
 */
export function createTokenCheck(tokens: readonly string[]): (authorization: string | undefined) => boolean {
  // A header without a token is compared as an empty text, so an empty token is not allowed.
  const known = tokens.filter((token) => token !== "").map(digest);
  return (authorization) => {
    const match = /^Bearer +(\S+) *$/i.exec(authorization ?? "");
    const given = digest(match?.[1] ?? "");
    let found = false;
    for (const each of known) if (timingSafeEqual(each, given)) found = true;
    return found;
  };
}
