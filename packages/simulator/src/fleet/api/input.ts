import type { Json, JsonObject } from "../../operation.ts";
import { AwsError } from "../../operation.ts";

/** Makes a service's error for a bad parameter. */
export type Refuse = (message: string) => AwsError;

export const validationError: Refuse = (message) => new AwsError("ValidationError", message);

/** Reads fields of an input. A missing field is undefined; a field of another type is refused. */
export interface Reader {
  text(name: string): string | undefined;
  needText(name: string): string;
  number(name: string): number | undefined;
  flag(name: string): boolean;
  /** Returns a list of strings, or undefined if it is missing. */
  texts(name: string): string[] | undefined;
  objects(name: string): JsonObject[];
  /** Returns a reader of a structure, or undefined if it is missing. */
  object(name: string): Reader | undefined;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Uint8Array);

export const reader = (input: JsonObject, refuse: Refuse): Reader => {
  const text = (name: string): string | undefined => {
    const value = input[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string") throw refuse(`${name} must be a string.`);
    return value;
  };
  return {
    text,
    needText: (name) => {
      const value = text(name);
      if (value === undefined || value === "") throw refuse(`The parameter ${name} is required.`);
      return value;
    },
    number: (name) => {
      const value = input[name];
      if (value === undefined || value === null) return undefined;
      if (typeof value !== "number" || !Number.isFinite(value)) throw refuse(`${name} must be a number.`);
      return value;
    },
    flag: (name) => input[name] === true,
    texts: (name) => {
      const value = input[name];
      if (value === undefined || value === null) return undefined;
      if (!Array.isArray(value)) throw refuse(`${name} must be a list.`);
      return value.map((item) => {
        if (typeof item !== "string") throw refuse(`${name} must hold strings.`);
        return item;
      });
    },
    object: (name) => {
      const value = input[name];
      if (value === undefined || value === null) return undefined;
      if (!isObject(value)) throw refuse(`${name} must be a structure.`);
      return reader(value, refuse);
    },
    objects: (name) => {
      const value = input[name] ?? [];
      if (!Array.isArray(value)) throw refuse(`${name} must be a list.`);
      return value.map((item) => {
        if (!isObject(item)) throw refuse(`${name} must hold structures.`);
        return item;
      });
    },
  };
};
