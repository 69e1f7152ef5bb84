import { readFile } from "node:fs/promises";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of vitest's `json` report that is used (https://vitest.dev/guide/reporters.html#json-reporter). */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts the results of a run. A file that failed before its tests (an import that throws, a hook) counts as one
 * failure, and so does a run that failed outside all tests: "0 failed" means that nothing failed.
 */
export function count(report: Report, exitCode: number): Counts {
  const filesFailedAlone = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = report.numFailedTests + filesFailedAlone;
  return {
    passed: report.numPassedTests,
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Reads the report of a run. A run that died without a report counts as one failure. */
export async function readCounts(file: string, exitCode: number): Promise<Counts> {
  try {
    return count(JSON.parse(await readFile(file, "utf8")) as Report, exitCode);
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
