import { type ErrorCode, SpotkeeperError } from "../errors.ts";

/** What is wrong with the metadata service at `endpoint`, for people. */
export const trouble = (endpoint: URL, code: ErrorCode, text: string, cause?: unknown): SpotkeeperError =>
  new SpotkeeperError(code, `The instance metadata service at ${endpoint.host} ${text}.`, { cause });

const OFF = "it is switched off for this instance, or not allowed to this process";

/** It has answered, but not with what was asked for. */
export function refused(endpoint: URL, path: string, status: number): SpotkeeperError {
  const why =
    status === 401 ? "it does not take the token that it has just given" : status === 403 ? OFF : "it is asked again";
  return trouble(endpoint, "SK-AGENT-IMDS-REFUSED", `answers ${status} for ${path}: ${why}`);
}

export const refusedToken = (endpoint: URL, status: number): SpotkeeperError =>
  trouble(
    endpoint,
    "SK-AGENT-IMDS-TOKEN",
    `gives no token (${status}): ${status === 403 ? OFF : "if it knows version 1 only, allow that (allowV1)"}`,
  );

/**
 * The connection stood, and yet the answer to the PUT did not come through: its packets were allowed too few hops
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html).
 */
export const deaf = (endpoint: URL): SpotkeeperError =>
  trouble(
    endpoint,
    "SK-AGENT-IMDS-HOPS",
    "takes connections and does not answer the request for a token. In a container that is the hop limit of 1: set it to " +
      "2 (aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2), or use the host's network",
  );

export const noAnswer = (endpoint: URL, path: string, cause: Error): SpotkeeperError =>
  trouble(
    endpoint,
    "SK-AGENT-IMDS-AWAY",
    `cannot be asked for ${path}: ${cause.message}. On an EC2 instance, see that nothing blocks that address; elsewhere ` +
      "notices come by signals only",
    cause,
  );
