import { SpotkeeperError } from "../errors.ts";

/** Status and title of all refusals of the API; the code is the stable part. */
const PROBLEMS = {
  "SK-SHOW-REQUEST": [400, "The request is not understood"],
  "SK-SHOW-UNAUTHORIZED": [401, "A bearer token is wanted"],
  "SK-SHOW-INGEST": [403, "Taking signals over HTTP is turned off"],
  "SK-SHOW-NOT-FOUND": [404, "There is no such thing"],
  "SK-SHOW-METHOD": [405, "This path does not take that method"],
  "SK-SHOW-TOO-LARGE": [413, "The body is too large"],
  "SK-SHOW-MEDIA-TYPE": [415, "The body is not JSON"],
  "SK-SHOW-HOST": [421, "The request names another host"],
  "SK-SHOW-INTERNAL": [500, "Something went wrong here"],
  "SK-SHOW-LATER": [503, "Not everything could be made durable"],
  "SK-SHOW-AWAY": [503, "A store is away"],
  "SK-SHOW-BUSY": [503, "Too many at a time"],
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
export type ProblemStatus = (typeof PROBLEMS)[ProblemCode][0];

export const PROBLEM_TYPE = "application/problem+json";

export interface RefusalOptions {
  readonly cause?: unknown;
  /** Members of the problem beside those of RFC 9457. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An error that a handler throws and that is answered as problem details. `detail` tells the caller what, where, and
 * what to do.
 */
export class Refusal extends SpotkeeperError {
  readonly status: ProblemStatus;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  constructor(code: ProblemCode, detail: string, options: RefusalOptions = {}) {
    super(code, detail, { cause: options.cause });
    this.name = "Refusal";
    const [status, title] = PROBLEMS[code];
    this.status = status;
    this.body = { type: `urn:spotkeeper:${code}`, title, status, detail, code, ...options.more };
    this.headers = { "content-type": PROBLEM_TYPE, ...options.headers };
  }
}
