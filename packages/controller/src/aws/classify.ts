import { meaningOfTunnel } from "../http/reason.ts";
import type { FailureKind } from "./failure.ts";
import { AwsFailure, failed } from "./failure.ts";

/**
 * Classifies an error of the AWS SDK; the only place that does. Messages are passed on only as far as they cannot
 * contain a credential; the SDK's error, which contains the request, is not kept as a cause.
 *
 * @param error the rejection of a client
 */
export function classify(error: unknown, operation: { readonly service: string; readonly name: string }): AwsFailure {
  if (error instanceof AwsFailure) return error;
  const seen = read(error);
  const kind = kindOf(seen);
  return failed(kind, operation, seen.code, explain(kind, seen), seen.requestId);
}

interface Seen {
  readonly code: string;
  readonly message: string;
  readonly status: number | null;
  readonly requestId: string | null;
  /**
   * Whether the error is an answer of AWS; false without a connection, or if the answer does not have AWS's format.
   */
  readonly answered: boolean;
  /** Whether the SDK has corrected its clock by this answer: it signs the next request with AWS's time. */
  readonly clockCorrected: boolean;
}

function read(error: unknown): Seen {
  const fields = (typeof error === "object" && error !== null ? error : {}) as {
    readonly name?: unknown;
    readonly Code?: unknown;
    readonly code?: unknown;
    readonly message?: unknown;
    readonly $fault?: unknown;
    readonly $response?: { readonly statusCode?: unknown };
    readonly $metadata?: {
      readonly httpStatusCode?: unknown;
      readonly requestId?: unknown;
      readonly clockSkewCorrected?: unknown;
    };
  };
  const status = fields.$metadata?.httpStatusCode ?? fields.$response?.statusCode;
  const code = [fields.Code, fields.name, fields.code].find((one) => isCode(one) && !VAGUE.has(one));
  return {
    code: (isCode(code) ? code : isCode(fields.code) ? fields.code : "UnknownError").replace(SQS_PREFIX, ""),
    message: typeof fields.message === "string" ? fields.message : "",
    status: typeof status === "number" ? status : null,
    requestId: typeof fields.$metadata?.requestId === "string" ? fields.$metadata.requestId : null,
    answered: fields.$fault !== undefined,
    clockCorrected: fields.$metadata?.clockSkewCorrected === true,
  };
}

const isCode = (value: unknown): value is string => typeof value === "string" && /^[\w.:-]{1,100}$/.test(value);

/**
 * Prefix of some SQS codes in the query protocol:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 */
const SQS_PREFIX = /^AWS\.SimpleQueueService\./;

/** Names of errors that are less specific than their `code`. */
const VAGUE: ReadonlySet<unknown> = new Set(["Error", "TypeError", "AggregateError", "SystemError"]);

/**
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html: every service has its own code for it.
 */
const THROTTLED =
  /^(Throttl(ing|ed)(Exception)?|ThrottledException|RequestThrottled(Exception)?|RequestLimitExceeded|TooManyRequests(Exception)?|BandwidthLimitExceeded|RequestRateExceeded|SlowDown|PriorRequestNotComplete|EC2ThrottledException|LimitExceededException\.Rate|TransactionInProgressException|ProvisionedThroughputExceededException)$/;
const DENIED =
  /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?|AuthFailure|NotAuthorized|UnrecognizedClientException|InvalidClientTokenId|SignatureDoesNotMatch|IncompleteSignature|InvalidSignatureException|MissingAuthenticationToken(Exception)?|OptInRequired|PendingVerification|Blocked|InvalidSecurity)$/;
/**
 * Problems with the KMS key of a queue or topic.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html#API_ReceiveMessage_Errors
 */
const KMS =
  /^KMS\.?(AccessDenied|Disabled|InvalidKeyUsage|InvalidState|NotFound|OptInRequired|Throttl(?:ed|ing))(?:Exception)?$/i;
/**
 * Codes of a signature that was made with a wrong clock:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
const SIGNED_AT_A_WRONG_TIME =
  /^(SignatureDoesNotMatch|InvalidSignatureException|RequestExpired|RequestTimeTooSkewed|RequestInTheFuture|AuthFailure)$/;
/** Codes after which the next attempt gets new credentials and can succeed. */
const EXPIRED =
  /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired|CredentialsProviderError|ProviderError)$/;
/**
 * Codes if the SDK's credential chain found nothing, so that no request was made:
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
const NONE_FOUND = /^(CredentialsProviderError|ProviderError)$/;
const CONFLICT =
  /^(ScalingActivityInProgress(Fault)?|ResourceContention(Fault)?|ResourceInUse(Exception|Fault)?|Conflict(Exception)?|IncorrectInstanceState|IncorrectState|UpdateInProgressException|DependencyViolation|DuplicateRequest)$/;
const NOT_FOUND =
  /(NotFound(Exception|Fault)?|\.NotFound|^NotFound|NoSuchEntity|NonExistentQueue|AccessPointNotFound|QueueDoesNotExist)$/;
const UNAVAILABLE =
  /^(InternalError|InternalFailure|InternalServer(Error|Exception)|Internal|ServerException|ServiceUnavailable(Exception)?|Unavailable|ServiceException|RequestTimeout(Exception)?|InsufficientInstanceCapacity|OperationAborted)$/;
const TIMED_OUT = /^(TimeoutError|AbortError|RequestAbortedError|ETIMEDOUT)$/;

function kindOf({ code, message, status, answered, clockCorrected }: Seen): FailureKind {
  if (clockCorrected && SIGNED_AT_A_WRONG_TIME.test(code)) return "unavailable";
  const [, ofKey] = KMS.exec(code) ?? [];
  if (ofKey !== undefined) return /^throttl/i.test(ofKey) ? "throttled" : "kms";
  if (code === "OverLimit") return "over-limit";
  if (code === "RegionDisabledException") return "region-disabled";
  if (THROTTLED.test(code) || status === 429) return "throttled";
  if (EXPIRED.test(code)) return "unavailable";
  if (DENIED.test(code)) return "denied";
  if (TIMED_OUT.test(code)) return "timed-out";
  if (CONFLICT.test(code)) return "conflict";
  if (NOT_FOUND.test(code)) return "not-found";
  // Auto Scaling has only this code for all errors.
  if (code === "ValidationError" && /\bnot found\b|does not exist/i.test(message)) return "not-found";
  if (UNAVAILABLE.test(code)) return "unavailable";
  // A proxy's page, a broken connection, an unresolved host name: no answer of AWS.
  if (!answered || status === null || status >= 500) return "unavailable";
  return status === 403 || status === 401 ? "denied" : "invalid";
}

/** Texts about a problem with a KMS key, and what to do. */
const KEY_WORDS: { readonly [word: string]: string } = {
  accessdenied:
    "the role may not use its KMS key; allow kms:Decrypt and kms:GenerateDataKey in the role and the key's policy",
  disabled: "its KMS key is disabled; enable the key, or encrypt with another",
  invalidkeyusage: "its KMS key is not one for encryption; name a symmetric key that encrypts and decrypts",
  invalidstate:
    "its KMS key is in no state to be used (pending deletion or import); cancel its deletion, or encrypt with another",
  notfound: "its KMS key does not exist any more; encrypt with another",
  optinrequired: "the account is not signed up for KMS in this region; sign up, or encrypt with SQS's own keys",
  throttled:
    "KMS throttles the use of its key; it is tried again. Raise the queue's KmsDataKeyReusePeriodSeconds, or KMS's quota",
};

/**
 * Makes a safe message. AWS's signature errors contain the request with its session token; parse errors contain the
 * page of a proxy.
 */
function explain(kind: FailureKind, seen: Seen): string {
  const { code, message, answered, status } = seen;
  if (seen.clockCorrected && SIGNED_AT_A_WRONG_TIME.test(code))
    return "the clock of this machine is wrong; the next attempt is signed by AWS's time. Set the clock (NTP); if it goes on, check the credentials";
  const [, ofKey] = KMS.exec(code) ?? [];
  if (ofKey !== undefined) return KEY_WORDS[ofKey.toLowerCase()] ?? KEY_WORDS["throttled"] ?? "";
  if (kind === "over-limit")
    return "too many messages of the queue are received and not deleted yet; see who else receives from it, or raise its quota";
  if (kind === "region-disabled")
    return "STS is not active in this region for the account of the role; activate it in IAM's account settings, or opt the account in to the region";
  if (NONE_FOUND.test(code)) return "no AWS credentials found (environment, profile, container or instance role)";
  if (/signature|credential|token|security/i.test(code)) {
    return "AWS did not take the credentials; check the role, its external id, and the clock of this machine";
  }
  if (code === "ERR_PROXY_TUNNEL") return noTunnel(message);
  if (!answered) {
    return status === null
      ? "no answer; check the network and the endpoint"
      : `the answer (HTTP ${status}) was not one of AWS's`;
  }
  const text = message
    .replace(/Encoded authorization failure message:.*/s, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 400);
  return kind === "denied" ? `${text}; allow it in the policy of the role` : text;
}

/** Node.js's message ends with the proxy's status line: `… via http://proxy:3128/: HTTP/1.1 407 …`. */
function noTunnel(message: string): string {
  const status = Number(/ HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(message)?.[1]);
  if (Number.isNaN(status)) return "the proxy (HTTPS_PROXY) opened no tunnel; check its URL";
  return `the proxy answered ${status}: ${meaningOfTunnel(status, "AWS", "HTTPS_PROXY")}`;
}
