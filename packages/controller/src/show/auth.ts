import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Whether an `Authorization` header carries one of the tokens (RFC 6750, section 2.1). Digests are compared, all of them
 * and in constant time, so that the time tells neither a token's length nor its beginning.
 */
export function createTokenCheck(tokens: readonly string[]): (authorization: string | undefined) => boolean {
  // Without a token in the header the empty text is looked for, so it must be none of them.
  const known = tokens.filter((token) => token !== "").map(digest);
  return (authorization) => {
    const match = /^Bearer +(\S+) *$/i.exec(authorization ?? "");
    const given = digest(match?.[1] ?? "");
    let found = false;
    for (const each of known) if (timingSafeEqual(each, given)) found = true;
    return found;
  };
}
