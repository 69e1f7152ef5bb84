import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";

export type Environment = { readonly [name: string]: string | undefined };

/** The variable that forbids asking the instance metadata. */
export const DISABLED = "AWS_EC2_METADATA_DISABLED";
const ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const DEFAULT_ENDPOINT = "http://169.254.169.254";

/**
 * Returns the address of the instance metadata, or null if the environment forbids asking. The variables are those of
 * the AWS SDKs (https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-client.html).
 */
export const metadataEndpoint = (env: Environment): URL | null =>
  /^true$/i.test(env[DISABLED] as string) ? null : endpointOf(env[ENDPOINT] || DEFAULT_ENDPOINT, ENDPOINT);

/** The default time from SIGTERM to SIGKILL, in ECS and in Kubernetes. */
export const DEFAULT_STOP_TIMEOUT: Ms = 30_000;

/**
 * Returns the time from SIGTERM to SIGKILL: the setting of the ECS agent if its variable is passed into the container,
 * else 30 s. It is parsed as the ECS agent does: invalid values and 0 mean 30 s, values below 1 s mean 1 s. A task
 * definition's `stopTimeout` has precedence, and is not visible from inside
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html,
 * https://github.com/aws/amazon-ecs-agent/blob/master/agent/config/parse.go).
 */
export const stopTimeoutOf = (env: Environment): Ms =>
  Math.max(1_000, durationOf(env["ECS_CONTAINER_STOP_TIMEOUT"] || "") || DEFAULT_STOP_TIMEOUT);

const units: { readonly [unit: string]: Ms } = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Parses a duration as Go writes it: `90s`, `1m30s`, `500ms`. Returns NaN for anything else. */
export const durationOf = (text: string): Ms =>
  text
    .split(/(?<=[a-z])(?=\d)/)
    .reduce((sum, part) => sum + parseFloat(part) * (units[part.replace(/^-?[\d.]+/, "")] as Ms), 0);

/** @throws SpotkeeperError `SK-AGENT-ENDPOINT` */
export const endpointOf = (text: string, name: string): URL => {
  if (URL.canParse(text) && /^http:/i.test(text)) return new URL(text);
  throw new SpotkeeperError("SK-AGENT-ENDPOINT", `${name}: wants a URL such as ${DEFAULT_ENDPOINT}.`);
};
