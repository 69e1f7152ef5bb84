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
  /** Quota of a queue: too many messages are in flight. */
  | "over-limit"
  /** STS is not active in the region for the account. */
  | "region-disabled"
  /** The KMS key of a queue or topic cannot be used. */
  | "kms";

/** The classification of a failed AWS call. One attempt was made; the step machine retries. */
export interface AwsFailureFields {
  readonly kind: FailureKind;
  readonly retryable: boolean;
  /** Earliest useful time of a retry, from the lane's state. */
  readonly retryAt: Ms | null;
  readonly service: string;
  readonly operation: string;
  /** AWS's error code, for example `RequestLimitExceeded`. */
  readonly awsCode: string;
  readonly requestId: string | null;
}

/** The error of an AWS call. `fields.kind` is a metric label. */
export class AwsFailure extends SpotkeeperError {
  readonly fields: AwsFailureFields;
  constructor(fields: AwsFailureFields, message: string, options?: { cause?: unknown }) {
    super("SK-AWS-CALL", message, options);
    this.name = "AwsFailure";
    this.fields = fields;
  }
}

/** Makes the failure of one operation; its message contains the operation, and AWS's message without secrets. */
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

/** Returns the error if it is a failure of AWS; throws any other error, which is a bug. */
export function asFailure(error: unknown): AwsFailure {
  if (error instanceof AwsFailure) return error;
  throw error;
}

/** Returns the same failure with the earliest useful time of a retry (epoch milliseconds). */
export const retryAt = (failure: AwsFailure, at: Ms): AwsFailure =>
  new AwsFailure({ ...failure.fields, retryAt: at }, failure.message);

/** Whether the same request can succeed later without an action by people. */
const RETRYABLE: { readonly [K in FailureKind]: boolean } = {
  throttled: true,
  unavailable: true,
  "timed-out": true,
  // Another activity of the group or service is in progress, and will end.
  conflict: true,
  // Received messages return to the queue, or are deleted.
  "over-limit": true,
  denied: false,
  "not-found": false,
  invalid: false,
  // A person must change a key or a setting of the account.
  kms: false,
  "region-disabled": false,
};
