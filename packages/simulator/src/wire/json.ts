/** The JSON protocols: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
import type { Json, JsonObject, Shape } from "../operation.ts";
import { AwsError } from "../operation.ts";

type Fields = { readonly [name: string]: Shape };

/**
 * Parses a JSON body. By `fields`, times become epoch milliseconds and blobs bytes.
 *
 * @throws AwsError `SerializationException` if the body is not a JSON object
 */
export function readJson(body: string, fields: Fields): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw new AwsError("SerializationException", "The request body is not JSON.");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new AwsError("SerializationException", "The request body is not a JSON object.");
  }
  return convertObject(parsed as JsonObject, fields, readScalar);
}

/** Writes a JSON body: times as epoch seconds, blobs as base64. */
export function writeJson(value: JsonObject, fields: Fields): string {
  return JSON.stringify(convertObject(value, fields, writeScalar));
}

type Convert = (value: Json, shape: Shape | undefined) => Json;

function convertObject(value: JsonObject, fields: Fields, convert: Convert): JsonObject {
  const out: [string, Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) out.push([name, convertValue(member, fields[name], convert)]);
  }
  return Object.fromEntries(out);
}

function convertValue(value: Json, shape: Shape | undefined, convert: Convert): Json {
  if (Array.isArray(value)) {
    const of = shape?.type === "list" ? shape.of : undefined;
    return value.map((item) => convertValue(item, of, convert));
  }
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) {
    return convert(value, shape);
  }
  if (shape?.type === "map") {
    const fields = Object.fromEntries(Object.keys(value).map((name) => [name, shape.of]));
    return convertObject(value, fields, convert);
  }
  return convertObject(value, shape?.type === "structure" ? shape.fields : {}, convert);
}

function readScalar(value: Json, shape: Shape | undefined): Json {
  if (shape?.type === "timestamp" && typeof value === "number") return value * 1000;
  if (shape?.type === "blob" && typeof value === "string") return new Uint8Array(Buffer.from(value, "base64"));
  return value;
}

function writeScalar(value: Json, shape: Shape | undefined): Json {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (shape?.type === "timestamp" && typeof value === "number") return value / 1000;
  return value;
}
