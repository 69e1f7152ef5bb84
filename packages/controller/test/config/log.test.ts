import { expect, test } from "vitest";
import { createLog, type LogOptions } from "../../src/log.ts";
import { SpotkeeperError } from "../../src/errors.ts";

function logOf(over: Partial<LogOptions> & { readonly isTTY?: boolean } = {}) {
  const lines: string[] = [];
  const output = { write: (text: string) => lines.push(text), isTTY: over.isTTY ?? false };
  const clock = { now: () => Date.UTC(2026, 10, 20, 12, 0, 1) };
  return { lines, log: createLog({ level: "info", format: "auto", color: false, output, clock, ...over }) };
}

test("one JSON object a line in a pipe, with the incident's id", () => {
  const { lines, log } = logOf();
  log.child({ incident: "i-1#1" }).info({ seconds: 3 }, "drained");
  log.debug({}, "not at this level");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { level: "info", time: "2026-11-20T12:00:01.000Z", incident: "i-1#1", seconds: 3, msg: "drained" },
  ]);
});

test("short lines on a terminal, which text from outside cannot colour or move", () => {
  const { lines, log } = logOf({ isTTY: true });
  log.warn({ name: "web\u001B[31m\nx", err: new Error("gone") }, "late");
  expect(lines).toEqual(["12:00:01 WARN  late (name=web [31m x err=gone)\n"]);
  const painted = logOf({ isTTY: true, color: true });
  painted.log.error({}, "x");
  expect(painted.lines).toEqual(["\u001B[31m12:00:01 ERROR x\u001B[0m\n"]);
});

test("secrets are hidden at any depth, and of errors only what people need is kept", () => {
  const { lines, log } = logOf();
  const sdk = Object.assign(new Error("denied"), { $response: { headers: { authorization: "AWS4 hunter2" } } });
  const err = new SpotkeeperError("SK-TEST-X", "could not", { cause: sdk });
  log
    .child({ token: "hunter2" })
    .error(
      { err, options: [{ apiKey: "hunter2", Authorization: "hunter2", tokens: ["hunter2"] }], tokenRef: "${env:A}" },
      "failed",
    );
  expect(lines.join("")).not.toContain("hunter2");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    token: "[hidden]",
    tokenRef: "${env:A}",
    options: [{ apiKey: "[hidden]", Authorization: "[hidden]", tokens: "[hidden]" }],
    err: {
      name: "SpotkeeperError",
      code: "SK-TEST-X",
      message: "could not",
      cause: { name: "Error", message: "denied" },
    },
  });
});

test("a value that refers to itself, is deep, or is no JSON does not stop a log line", () => {
  const { lines, log } = logOf();
  const self: { [name: string]: unknown } = { big: 3n, set: new Set([1]) };
  self["self"] = self;
  log.info({ self }, "x");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ self: { big: "3", set: [1] } });
});
