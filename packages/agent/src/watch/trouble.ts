import { type ErrorCode, messageOf, SpotkeeperError } from "../errors.ts";

type Trouble = readonly [code: ErrorCode, message: string, options?: { cause?: unknown }];

const setting = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html";

/** The connection stood, and yet the answer to the PUT did not come through: its packets were allowed too few hops. */
export function noToken(endpoint: URL, cause: unknown): Trouble {
  return [
    "SK-AGENT-IMDS-HOPS",
    `The instance metadata service at ${endpoint.host} takes connections and does not answer the request for a token. In a ` +
      `container that is the hop limit of 1: set it to 2 or more (aws ec2 modify-instance-metadata-options ` +
      `--http-put-response-hop-limit 2; ${setting}), or use the host's network.`,
    { cause },
  ];
}

export function refusedToken(endpoint: URL, status: number): Trouble {
  const why =
    status === 403
      ? "It is switched off for this instance, or not allowed to this process"
      : "If it knows version 1 only, allow that (allowV1)";
  return [
    "SK-AGENT-IMDS-TOKEN",
    `The instance metadata service at ${endpoint.host} gives no token (${status}). ${why}.`,
  ];
}

export function refused(endpoint: URL, path: string, status: number): SpotkeeperError {
  const why =
    status === 401
      ? "it does not take the token that it has just given"
      : status === 403
        ? `it is switched off for this instance, or not allowed to this process (${setting})`
        : "it is asked again";
  const message = `The instance metadata service at ${endpoint.host} answers ${status} for ${path}: ${why}.`;
  return new SpotkeeperError("SK-AGENT-IMDS-REFUSED", message);
}

export function noAnswer(endpoint: URL, path: string, cause: unknown): SpotkeeperError {
  return new SpotkeeperError(
    "SK-AGENT-IMDS-AWAY",
    `The instance metadata service at ${endpoint.host} cannot be asked for ${path}: ${messageOf(cause)}. On an EC2 ` +
      `instance, see that nothing blocks that address; elsewhere there is none, and notices come by signals only.`,
    { cause },
  );
}

/** A good status and a body that makes no sense: it says nothing, not even that there is nothing. */
export function unreadable(endpoint: URL, path: string): SpotkeeperError {
  const message = `The instance metadata service at ${endpoint.host} answers ${path} with something that is not what AWS documents.`;
  return new SpotkeeperError("SK-AGENT-IMDS-UNREADABLE", message);
}
