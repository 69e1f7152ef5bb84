import { parseReference } from "../secrets/reference.ts";

export interface Referred {
  /** Path of the key: `channels.mail.password`. */
  readonly key: string;
  readonly reference: string;
}

/** Returns all references to secrets in a config or a part of it, in order. */
export function referencesIn(value: unknown, key = ""): readonly Referred[] {
  if (typeof value === "string") return parseReference(value) !== null ? [{ key, reference: value }] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => referencesIn(one, key === "" ? name : `${key}.${name}`));
}
