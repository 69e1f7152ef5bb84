import type { Source } from "../support/tree.ts";

/** One row of docs/aws-facts.md. */
interface Fact {
  readonly line: number;
  readonly number: string;
  readonly page: string;
  readonly tests: readonly string[];
}

/**
 * What is wrong with the rows of docs/aws-facts.md: a number that two facts share, a fact without a page of AWS that does
 * not say `assumed` or `seen in`, a fact without a test, a test that is not there.
 *
 * @param files every path of the repository
 */
export function factProblems(page: Source, files: ReadonlySet<string>): string[] {
  const facts = factsOf(page);
  const at = ({ line }: Fact): string => `${page.path}:${line}`;
  return facts.flatMap((fact) => {
    const twin = facts.find(({ number, line }) => number === fact.number && line < fact.line);
    return [
      ...(twin === undefined ? [] : [`${at(fact)} has number ${fact.number}, as line ${twin.line} has`]),
      ...(/\(https:\/\/[^ )]+\)|\bassumed\b|\bseen in\b/.test(fact.page)
        ? []
        : [`${at(fact)} names no page of AWS, and does not say "assumed" or "seen in"`]),
      ...(fact.tests.length === 0 ? [`${at(fact)} names no test`] : []),
      ...fact.tests.filter((path) => !files.has(path)).map((path) => `${at(fact)} names ${path}, which does not exist`),
    ];
  });
}

/** All rows that begin with a number. */
function factsOf({ text }: Source): Fact[] {
  return text.split("\n").flatMap((row, index) => {
    const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const [, number = "", , page = "", tests = ""] = cells;
    if (!/^\d+$/.test(number)) return [];
    return [
      { line: index + 1, number, page, tests: [...tests.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, path]) => path!) },
    ];
  });
}
