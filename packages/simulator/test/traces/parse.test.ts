import { expect, test } from "vitest";
import { parseTrace } from "../../src/traces/parse.ts";
import { readFileSync } from "node:fs";

const carried = (path: string): string => readFileSync(new URL(`../../traces/${path}`, import.meta.url), "utf8");

test.each([
  { path: "bamboo/g4dn-trace.csv", launches: 79, interrupts: 74, hours: 10.8 },
  { path: "bamboo/p3-trace.csv", launches: 177, interrupts: 167, hours: 11.4 },
  { path: "training_on_a_dime/persistent_2020-03-15.out", launches: 39, interrupts: 32, hours: 53.5 },
])("the carried trace $path is read whole", ({ path, launches, interrupts, hours }) => {
  const trace = parseTrace(path, carried(path));
  expect(trace.events.filter(({ kind }) => kind === "launch")).toHaveLength(launches);
  expect(trace.events.filter(({ kind }) => kind === "interrupt")).toHaveLength(interrupts);
  expect(trace.duration / 3_600_000).toBeCloseTo(hours, 0);
  expect(trace.events.map(({ at }) => at)).toEqual(trace.events.map(({ at }) => at).toSorted((a, b) => a - b));
});

test("zones and types come from the log that has them", () => {
  const trace = parseTrace("log", carried("training_on_a_dime/persistent_2020-03-15.out"));
  expect(trace.events[0]).toEqual({
    at: 0,
    kind: "launch",
    node: "i-0ad196950b57aa7e0",
    zone: "us-east-1b",
    type: "p3.2xlarge",
  });
  expect(trace.events.filter(({ kind }) => kind === "interrupt").every(({ zone }) => zone !== undefined)).toBe(true);
});

const shape = (text: string): string[] =>
  parseTrace("t", text).events.map(({ at, kind, node }) => `${at} ${kind} ${node}`);

test("a count becomes nodes: the oldest go first, steps are drawn as two lines", () => {
  expect(shape("0,0\n60,0\n60,2\n90,2\n90,1\n")).toEqual([
    "60000 launch node1",
    "60000 launch node2",
    "90000 interrupt node1",
  ]);
});

test("hours and milliseconds are told from seconds", () => {
  expect(shape("0.000,0\n0.500,1\n")).toEqual(["1800000 launch node1"]);
  expect(shape("0,0\n2000000,1\n")).toEqual(["2000000 launch node1"]);
});

test("dated counts keep the order of measurements where their times overlap", () => {
  const text = "2021-12-10, 13:08:45, 3\n2021-12-10, 13:09:45, 3\n2021-12-10, 13:08:45, 2\n";
  expect(shape(text).at(-1)).toBe("60000 interrupt node1");
});

test("steps in JSON, with nothing to do in most", () => {
  const text =
    '[0, "add", {"nodes": ["a", "b"]}]\n[60000, "no-op", {"nodes": []}]\n[90000, "migration", {"nodes": []}]\n[120000, "remove", {"nodes": ["a"]}]\n';
  expect(shape(text)).toEqual(["0 launch a", "0 launch b", "120000 interrupt a"]);
});

test.each([
  ["", "t: is empty"],
  ["hello\n", "t:1: "],
  ["0,add,a\n\n5,drop,a\n", "t:3: expected"],
  ["0,add,a\n1,add,a\n", "t:2: a is added, but it is there already"],
  ["0,add,a\n1,remove,b\n", "t:2: b is removed, but it is not there"],
  ["5,add,a\n1,remove,a\n", "t:2: time goes back from 5 to 1"],
  ["0,1\n1,x\n", "t:2: expected"],
  ["2021-12-10, 13:08:45, 3\n2021-12-10, 12:00:00, 2\n", "t:2: time goes back"],
  ['[0, "add", {"nodes": ["a"]}]\n[1, "remove"]\n', "t:2: expected"],
  ['[0, "add", {"nodes": ["a"]}]\n[1,\n', "t:2: expected"],
  [
    "[2020-03-15T10:07:33.000Z] Created instance i-1 with 3 GPU(s) of type v100 in zone us-east-1b\n",
    "t:1: no instance type",
  ],
  ["[2020-03-15T10:07:33.000Z] Instance i-1 not running in zone us-east-1b\n", "t:1: i-1 ends"],
  ["[2020-03-15T10:07:33.000Z] Something else\n", "t:1: does not know"],
])("what is wrong is named with file and line: %j", (text, message) => {
  expect(() => parseTrace("t", text)).toThrow(message);
});
