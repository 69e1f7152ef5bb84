import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";

export type FailureKind =
  | "throttled"
  | "denied"
  | "not-found"
  | "invalid"
  | "conflict"
  | "unavailable"
  | "timed-out"
  /** A quota of a queue: too many of its messages are in flight. */
  | "over-limit"
  /** STS is not active in the region for the account. */
  | "region-disabled"
  /** The KMS key of a queue or topic cannot be used. */
  | "kms";

/** The one classification of what can go wrong with an AWS call. One attempt was made; the step machine retries. */
export interface AwsFailureFields {
  readonly kind: FailureKind;
  readonly retryable: boolean;
  /** Earliest sensible retry, from the lane's own state. */
  readonly retryAt: Ms | null;
  readonly service: string;
  readonly operation: string;
  /** AWS's error code, for example `RequestLimitExceeded`. */
  readonly awsCode: string;
  readonly requestId: string | null;
}

/** What an AWS call rejects with. `fields.kind` is a metric label. */
export class AwsFailure extends SpotkeeperError {
  readonly fields: AwsFailureFields;
  constructor(fields: AwsFailureFields, message: string, options?: { cause?: unknown }) {
    super("SK-AWS-CALL", message, options);
    this.name = "AwsFailure";
    this.fields = fields;
  }
}

/** A failure of one operation, in words that say which. The message is what AWS said, without what must not be seen. */
export function failed(
  kind: FailureKind,
  operation: { readonly service: string; readonly name: string },
  awsCode: string,
  message: string,
  requestId: string | null = null,
): AwsFailure {
  const { service, name } = operation;
  return new AwsFailure(
    { kind, retryable: RETRYABLE[kind], retryAt: null, service, operation: name, awsCode, requestId },
    `${service}:${name}: ${awsCode}: ${message}`,
  );
}

/** What AWS does by failing; rethrows everything else, which is a bug of ours. */
export function asFailure(error: unknown): AwsFailure {
  if (error instanceof AwsFailure) return error;
  throw error;
}

/** The same failure with the earliest instant, epoch milliseconds, at which a retry makes sense. */
export const retryAt = (failure: AwsFailure, at: Ms): AwsFailure =>
  new AwsFailure({ ...failure.fields, retryAt: at }, failure.message);

/** Whether the same request can succeed later without anybody doing something. */
const RETRYABLE: { readonly [K in FailureKind]: boolean } = {
  throttled: true,
  unavailable: true,
  "timed-out": true,
  // Another activity of the group or service is under way, and ends.
  conflict: true,
  // Messages that are received and not deleted come back to the queue, or are deleted.
  "over-limit": true,
  denied: false,
  "not-found": false,
  invalid: false,
  // Somebody has to change a key, or an account's setting.
  kms: false,
  "region-disabled": false,
};
