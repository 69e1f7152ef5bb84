import { expect, test } from "vitest";
import { nearest } from "../src/nearest.ts";

const known = ["queueUrl", "deadLetterQueueUrl", "concurrency", "policy"];

test.each([
  ["queueurl", "queueUrl"],
  ["queue_url", "queueUrl"],
  ["dead-letter-queue-url", "deadLetterQueueUrl"],
  ["concurency", "concurrency"],
  ["poilcy", "policy"],
  ["pol", "policy"],
  ["x", null],
  ["", null],
  ["something", null],
])("%j means %j", (name, meant) => expect(nearest(name, known)).toBe(meant));

test("a long name costs little", () => expect(nearest("p".repeat(1_000_000), known)).toBeNull());
