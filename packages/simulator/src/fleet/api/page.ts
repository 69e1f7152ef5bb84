import type { AwsError } from "../../operation.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * One page of a list. A token is opaque to callers; it holds the position.
 * @param refuse the service's error for a token that is not one
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
