import { stringsOf } from "../support/syntax.ts";
import type { Source } from "../support/tree.ts";

const code = /^SK-[A-Z0-9]+(-[A-Z0-9]+)*$/;

/**
 * Where the error codes of the code and those of the page differ. A code is written whole wherever it is used: users
 * search for it, and so does this.
 *
 * @param page docs/errors.md; each code has a heading or a row of its own that begins with it
 */
export function errorDifferences(sources: readonly Source[], page: Source): string[] {
  const told = new Set([...page.text.matchAll(/^(?:#+ |\| *|[-*] )`?(SK-[A-Z0-9-]+)`?/gm)].map(([, found]) => found!));
  const used = new Set<string>();
  const composed: string[] = [];
  for (const source of sources) {
    for (const { what, line } of stringsOf(source)) {
      if (code.test(what)) used.add(what);
      else if (/^SK-.*\$\{\}/.test(what)) composed.push(`${source.path}:${line} composes an error code from parts`);
    }
  }
  return [
    ...composed,
    ...[...used].filter((one) => !told.has(one)).map((one) => `${one} is in the code, not in ${page.path}`),
    ...[...told].filter((one) => !used.has(one)).map((one) => `${one} is in ${page.path}, not in the code`),
  ];
}
