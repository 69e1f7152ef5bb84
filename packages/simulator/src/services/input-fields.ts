/** Readers for fields of SQS, SNS and STS inputs. Each checks the type of its field. */
import type { Json, JsonObject } from "../operation.ts";
import { AwsError } from "../operation.ts";

/** Reads a required text. */
export function stringIn(input: JsonObject, name: string): string {
  const value = input[name];
  if (value === undefined || value === null || value === "") {
    throw new AwsError("MissingParameter", `The request must contain the parameter ${name}.`);
  }
  if (typeof value !== "string") throw invalid(name, "a string");
  return value;
}

/** Reads an optional text. */
export function optionalStringIn(input: JsonObject, name: string): string | undefined {
  return input[name] === undefined || input[name] === null ? undefined : stringIn(input, name);
}

/** Reads an optional whole number in a range. */
export function integerIn(input: JsonObject, name: string, min: number, max: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) throw invalid(name, "a whole number");
  if (value < min || value > max) {
    throw new AwsError(
      "InvalidParameterValue",
      `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${min} and ${max}, if provided.`,
    );
  }
  return value;
}

/** Reads a list; returns an empty one if it is missing. */
export function listIn(input: JsonObject, name: string): readonly Json[] {
  const value = input[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(name, "a list");
  return value;
}

/** Reads a structure or map; returns an empty one if it is missing. */
export function objectIn(input: JsonObject, name: string): JsonObject {
  const value = input[name];
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value) || value instanceof Date || value instanceof Uint8Array) {
    throw invalid(name, "a structure");
  }
  return value;
}

function invalid(name: string, type: string): AwsError {
  return new AwsError("InvalidParameterValue", `The parameter ${name} must be ${type}.`);
}
