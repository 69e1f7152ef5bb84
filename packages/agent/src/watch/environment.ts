import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";

export type Environment = { readonly [name: string]: string | undefined };

const DEFAULT = "http://169.254.169.254";

/**
 * Where the instance metadata is; null: it is not to be asked. The names are those of the AWS SDKs
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-client.html).
 */
export const metadataEndpoint = ({
  AWS_EC2_METADATA_DISABLED: disabled,
  AWS_EC2_METADATA_SERVICE_ENDPOINT: own,
  AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: mode,
}: Environment): URL | null => {
  if (disabled?.toLowerCase() === "true") return null;
  const usual = mode?.toLowerCase() === "ipv6" ? "http://[fd00:ec2::254]" : DEFAULT;
  return endpointOf(own || usual, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
};

const STOP_TIMEOUT: Ms = 30_000;

/**
 * From SIGTERM to SIGKILL: what the ECS agent is configured with, where that is handed in, else the 30 s of ECS and
 * Kubernetes; not a number where that makes no sense. A task definition's `stopTimeout` is not to be seen from within
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html).
 */
export const stopTimeoutOf = ({ ECS_CONTAINER_STOP_TIMEOUT: text }: Environment): Ms =>
  text ? (durationOf(text) ?? Number.NaN) : STOP_TIMEOUT;

const units: { readonly [unit: string]: Ms } = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, "": 1_000 };

/** `90s`, `1m30s`, `500ms`; a number without a unit at the end counts seconds. Null: it is none. */
export const durationOf = (text: string): Ms | null => {
  let sum = 0;
  const rest = text.replace(/(\d+(?:\.\d+)?)(ms|[smh]|$)/g, (_, amount: string, unit: string) => {
    sum += Number(amount) * (units[unit] ?? 0);
    return "";
  });
  return text === "" || rest !== "" ? null : sum;
};

/** @throws SpotkeeperError `SK-AGENT-ENDPOINT` */
export const endpointOf = (text: string, name: string): URL => {
  if (URL.canParse(text) && text.startsWith("http:")) return new URL(text);
  throw new SpotkeeperError("SK-AGENT-ENDPOINT", `${name}: got "${text}", wants a URL such as ${DEFAULT}.`);
};
