import { GetParameterCommand, GetParametersByPathCommand } from "@aws-sdk/client-ssm";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import type { Ask, Place } from "./ask.ts";
import { AwsFailure } from "./failure.ts";
import { limits } from "./limits.ts";
import { listing, type ServiceDeps, single } from "./services/service.ts";

export interface Parameter {
  /** With its path: `/spot-interruption/smtp/host`. */
  readonly name: string;
  readonly value: string;
}

/** AWS's stores of secrets. Return null for a missing value; reject with `AwsFailure`. */
export interface SecretStores {
  /**
   * Reads a parameter, decrypted: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
   */
  parameter(at: Place, name: string, ask: Ask): Promise<string | null>;
  /** Reads all parameters below a path, decrypted, from all pages (ten per page). */
  parametersBelow(at: Place, path: string, ask: Ask): Promise<readonly Parameter[]>;
  /**
   * Reads the text of a secret, by name or ARN; returns null also for a binary secret:
   * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
   */
  secretValue(at: Place, id: string, ask: Ask): Promise<string | null>;
}

export function createSecretStores({ lanes, clients }: ServiceDeps): SecretStores {
  const parameter = single<string, string | null>(
    { service: "ssm", name: "GetParameter", limit: limits.ssmRead, share: "in-flight" },
    async (name, at, abortSignal) => {
      const command = new GetParameterCommand({ Name: name, WithDecryption: true });
      const { Parameter: found } = await clients.ssm(at).send(command, { abortSignal });
      return found?.Value ?? null;
    },
  );
  const below = listing<Parameter>(
    { service: "ssm", name: "GetParametersByPath", limit: limits.ssmRead },
    async (path, token, at, abortSignal) => {
      const input = { Path: path, Recursive: true, WithDecryption: true };
      const command = new GetParametersByPathCommand({
        ...input,
        ...(token === undefined ? {} : { NextToken: token }),
      });
      const { Parameters = [], NextToken } = await clients.ssm(at).send(command, { abortSignal });
      const found = Parameters.flatMap(({ Name, Value }) =>
        Name === undefined || Value === undefined ? [] : [{ name: Name, value: Value }],
      );
      return { found, next: NextToken };
    },
  );
  const secretValue = single<string, string | null>(
    { service: "secretsmanager", name: "GetSecretValue", limit: limits.secretsManagerRead, share: "in-flight" },
    async (id, at, abortSignal) => {
      const command = new GetSecretValueCommand({ SecretId: id });
      return (await clients.secretsManager(at).send(command, { abortSignal })).SecretString ?? null;
    },
  );

  return {
    parameter: (at, name, ask) => orNull(lanes.ask(at, parameter, "", name, ask)),
    parametersBelow: (at, path, ask) => lanes.ask(at, below, "", path, ask),
    secretValue: (at, id, ask) => orNull(lanes.ask(at, secretValue, "", id, ask)),
  };
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsFailure && error.fields.kind === "not-found") return null;
    throw error;
  }
}
