import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";

export type Environment = { readonly [name: string]: string | undefined };

/** The variable that says that the instance metadata is not to be asked. */
export const DISABLED = "AWS_EC2_METADATA_DISABLED";
const ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const USUAL = "http://169.254.169.254";

/**
 * Where the instance metadata is; null: it is not to be asked. The names are those of the AWS SDKs
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-client.html). One that is not set does not match.
 */
export const metadataEndpoint = (env: Environment): URL | null =>
  /^true$/i.test(env[DISABLED] as string) ? null : endpointOf(env[ENDPOINT] || USUAL, ENDPOINT);

/** From SIGTERM to SIGKILL, in ECS and in Kubernetes, where nothing else is said. */
export const STOP: Ms = 30_000;

/**
 * From SIGTERM to SIGKILL: what the ECS agent is configured with, where its variable is handed in to the container, else
 * the 30 s of ECS and Kubernetes. It is read as the ECS agent reads it: what makes no sense, and 0, are the 30 s, and what
 * is below 1 s is 1 s. A task definition's `stopTimeout` goes before it, and is not to be seen from within
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html,
 * https://github.com/aws/amazon-ecs-agent/blob/master/agent/config/parse.go).
 */
export const stopTimeoutOf = (env: Environment): Ms =>
  Math.max(1_000, durationOf(env["ECS_CONTAINER_STOP_TIMEOUT"] || "") || STOP);

const units: { readonly [unit: string]: Ms } = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `90s`, `1m30s`, `500ms`, as Go writes durations; not a number where it is none. */
export const durationOf = (text: string): Ms =>
  text
    .split(/(?<=[a-z])(?=\d)/)
    .reduce((sum, part) => sum + parseFloat(part) * (units[part.replace(/^-?[\d.]+/, "")] as Ms), 0);

/** @throws SpotkeeperError `SK-AGENT-ENDPOINT` */
export const endpointOf = (text: string, name: string): URL => {
  if (URL.canParse(text) && /^http:/i.test(text)) return new URL(text);
  throw new SpotkeeperError("SK-AGENT-ENDPOINT", `${name}: wants a URL such as ${USUAL}.`);
};
