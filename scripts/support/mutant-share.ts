import { createHash } from "node:crypto";
import { relative } from "node:path";

/** A part of all mutants: one of `of` equal parts, `part` of them counted from 1. */
export interface Share {
  readonly part: number;
  readonly of: number;
}

/** A mutant as StrykerJS names it. Lines and columns are counted from 0. */
export interface Mutant {
  /** Absolute, or relative to the root of the repository. */
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

/** Parses `1/12`. Throws if it is not of this form, or names a part that does not exist. */
export function parseShare(text: string): Share {
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const share = { part: Number(part), of: Number(of) };
  if (!(share.part >= 1 && share.part <= share.of))
    throw new Error(`--share: got ${text}, wants for example 1/12: the first of twelve equal parts.`);
  return share;
}

/**
 * Whether a mutant is in the share. The same code always gives the same parts, no mutant is in two of them, and which of
 * them has a mutant does not depend on the mutants beside it.
 *
 * @param root the root of the repository
 */
export function isInShare(mutant: Mutant, { part, of }: Share, root: string): boolean {
  const { start } = mutant.location;
  const file = relative(root, mutant.fileName.startsWith("/") ? mutant.fileName : `${root}/${mutant.fileName}`);
  const name = [file, start.line, start.column, mutant.mutatorName, mutant.replacement].join("\n");
  return createHash("sha256").update(name).digest().readUInt32BE(0) % of === part - 1;
}
