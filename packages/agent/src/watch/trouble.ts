import { type ErrorCode, SpotkeeperError } from "../errors.ts";

/** What is wrong with a metadata service, for people: what was asked, what it said, what to do. */
export const trouble = ({ host, pathname }: URL, code: ErrorCode, said: string): SpotkeeperError =>
  new SpotkeeperError(code, `${host}${pathname} ${said}.`);
