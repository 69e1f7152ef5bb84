import type { Shape } from "../../operation.ts";

type Fields = { readonly [name: string]: Shape };

export const integer: Shape = { type: "integer" };
export const boolean: Shape = { type: "boolean" };
export const string: Shape = { type: "string" };

export const list = (of: Shape, wire?: string): Shape =>
  wire === undefined ? { type: "list", of } : { type: "list", of, wire };

export const structure = (fields: Fields, wire?: string): Shape =>
  wire === undefined ? { type: "structure", fields } : { type: "structure", fields, wire };

export const named = (wire: string): Shape => ({ type: "string", wire });

/** In EC2's protocol, list items are numbered without `member`. */
export const flatList = (of: Shape, wire: string): Shape => ({ type: "list", of, wire, flat: true });
