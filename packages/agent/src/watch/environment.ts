import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";

export type Environment = { readonly [name: string]: string | undefined };

/** The names are those of the AWS SDKs (https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-client.html). */
export function metadataEndpoint(env: Environment): URL | null {
  if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") return null;
  const own = env["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
  if (own) return urlOf(own, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  const v6 = env["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.toLowerCase() === "ipv6";
  return new URL(v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254");
}

export function taskEndpoint(env: Environment): URL | null {
  const own = env["ECS_CONTAINER_METADATA_URI_V4"];
  return own ? urlOf(own, "ECS_CONTAINER_METADATA_URI_V4") : null;
}

const STOP_TIMEOUT: Ms = 30_000;

/**
 * From SIGTERM to SIGKILL: what the ECS agent is configured with, where that is handed in, else the 30 s of ECS and
 * Kubernetes. A task definition's `stopTimeout` is not to be seen from within
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html).
 */
export function stopTimeoutOf(env: Environment): Ms {
  const own = env["ECS_CONTAINER_STOP_TIMEOUT"];
  return own ? (durationOf(own) ?? STOP_TIMEOUT) : STOP_TIMEOUT;
}

/** Whether somebody outside stops this process by SIGTERM and then SIGKILL. */
export const isOrchestrated = (env: Environment): boolean =>
  [env["ECS_CONTAINER_METADATA_URI_V4"], env["KUBERNETES_SERVICE_HOST"]].some((one) => one !== undefined && one !== "");

const units: { readonly [unit: string]: Ms } = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `90s`, `1m30s`, `500ms`; a bare number counts seconds. Null: it is none. */
export function durationOf(text: string): Ms | null {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return null;
  let sum = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    sum += Number(amount) * (units[unit] ?? 0);
  return sum;
}

function urlOf(text: string, name: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new SpotkeeperError(
    "SK-AGENT-ENDPOINT",
    `${name} wants a URL such as http://169.254.169.254, and is "${text}".`,
  );
}
