import type { z } from "zod";
import { parseReference, referenceForms } from "../../secrets/reference.ts";

/** Rejects references that lead to no store; drivers accept any form. */
export function resolvable(given: unknown, context: z.RefinementCtx): void {
  for (const path of unresolvable(given, []))
    context.addIssue({ code: "custom", path: [...path], message: `one of the known references: ${FORMS}` });
}

const FORMS = `${referenceForms.slice(0, -1).join(", ")} or ${referenceForms.at(-1)}`;

/** `${{` begins a template and not a reference. */
const BEGINS_LIKE_ONE = /^\$\{(?!\{)/;

/** Returns the paths of texts that begin like a reference and cannot be resolved. */
function unresolvable(value: unknown, path: readonly PropertyKey[]): readonly (readonly PropertyKey[])[] {
  if (typeof value === "string") return BEGINS_LIKE_ONE.test(value) && parseReference(value) === null ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    unresolvable(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
