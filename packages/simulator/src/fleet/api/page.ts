import type { AwsError } from "../../operation.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** The token of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/**
 * Returns one page of a list. The token contains the position, and is opaque to callers.
 *
 * @param refuse makes the service's error for an invalid token
 */
export const paginate = <T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
  refuse: () => AwsError,
): Page<T> => {
  const start = token === undefined ? 0 : positionOf(token, refuse);
  const end = start + size;
  return { items: all.slice(start, end), next: end < all.length ? tokenOf(end) : undefined };
};

const tokenOf = (position: number): string => Buffer.from(`page:${position}`).toString("base64url");

const positionOf = (token: string, refuse: () => AwsError): number => {
  const match = /^page:(\d{1,9})$/u.exec(Buffer.from(token, "base64url").toString());
  if (!match?.[1]) throw refuse();
  return Number(match[1]);
};
