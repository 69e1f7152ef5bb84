import { expect, test } from "vitest";
import { count } from "../../scripts/support/counts.ts";

const green = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] };

test("skipped tests are those that are pending and those to be written", () => {
  expect(count(green, 0)).toEqual({ passed: 3, failed: 0, skipped: 2 });
});

test("a file that failed before its tests is a failure, one whose tests failed is not another", () => {
  const testResults = [
    { status: "failed", assertionResults: [] },
    { status: "failed", assertionResults: [{ status: "failed" }, { status: "passed" }] },
    { status: "passed", assertionResults: [{ status: "passed" }] },
  ];
  expect(count({ ...green, numFailedTests: 1, testResults }, 1).failed).toBe(2);
});

test("a run that failed outside all tests has a failure", () => {
  expect(count(green, 1).failed).toBe(1);
});
