import { expect, test } from "vitest";
import { split } from "../../src/signal/split.ts";
import { parse } from "../../src/signal/parse.ts";
import { origin, warning } from "./support.ts";

const bodies = (text: string): readonly string[] => split(text, { file: null }).map(({ body }) => body);
const doc = warning();
const line = JSON.stringify(doc);

test("messages are counted from 1, and know their file", () => {
  expect(split(`${line}\n${line}\n`, { file: "a.jsonl" })).toEqual([
    { file: "a.jsonl", message: 1, body: line },
    { file: "a.jsonl", message: 2, body: line },
  ]);
});

test("a JSON document is one message, as it was written", () => {
  const pretty = JSON.stringify(doc, null, 2);
  expect(bodies(pretty)).toEqual([pretty]);
  expect(bodies("{}")).toEqual(["{}"]);
  expect(bodies("42")).toEqual(["42"]);
  expect(bodies(JSON.stringify("raw body"))).toEqual(["raw body"]);
});

test("an array holds documents, or strings that are raw bodies, or both", () => {
  expect(bodies(JSON.stringify([doc, "not json", line, 7]))).toEqual([line, "not json", line, "7"]);
  expect(bodies("[]")).toEqual([]);
});

test("JSON lines: blank ones and carriage returns do not count, and a string is a raw body", () => {
  expect(bodies(`${line}\r\n\r\n  ${line}\r\n"raw"\n`)).toEqual([line, `  ${line}`, "raw"]);
});

test("JSON lines with a broken one: it is a message of its own", () => {
  expect(bodies(`${line}\n${line.slice(0, 40)}\n${line}`)).toEqual([line, line.slice(0, 40), line]);
});

test("JSON lines among lines that are none: not one whole event is lost", () => {
  expect(bodies(`starting\n${line}\n{"a":\nstill\nrunning`)).toEqual(["starting", line, '{"a":', "still", "running"]);
});

test("a line or an entry that is too deep is a message of its own, and hides no other", () => {
  const deep = "[".repeat(100);
  expect(bodies(`${line}\n${deep}\n${line}`)).toEqual([line, deep, line]);
  const closed = deep + "]".repeat(100);
  expect(bodies(`[${line},${closed},${line}]`)).toEqual([line, closed, line]);
  const bottomless = "[".repeat(200_000) + "]".repeat(200_000);
  const [first, second, third] = bodies(`[${line},${bottomless},${line}]`);
  expect([first, third]).toEqual([line, line]);
  expect(parse(second!, origin)).toMatchObject({ is: "rejected", reason: "too-deep" });
});

test.each([
  ["free text", "hello\nworld"],
  ["a truncated document", JSON.stringify(doc, null, 2).slice(0, -10)],
  ["one broken line", "{"],
  ["deep", "[".repeat(1000)],
  ["a truncated document with whole objects within", JSON.stringify({ a: [{ b: 1 }, {}] }, null, 1).slice(0, -5)],
  ["nothing at all", ""],
  ["blanks", " \n\n"],
])("%s is one raw body", (_, text) => expect(bodies(text)).toEqual([text]));

test("an input may be larger than a message", () => {
  const many = Array.from({ length: 12_000 }, () => doc);
  const text = JSON.stringify(many);
  expect(text.length).toBeGreaterThan(4 * 1024 * 1024);
  expect(bodies(text)).toHaveLength(12_000);
  expect(bodies(many.map((one) => JSON.stringify(one)).join("\n"))).toHaveLength(12_000);
});
