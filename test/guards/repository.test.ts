import { expect, test } from "vitest";
import { filesBelow, read } from "../support/tree.ts";
import { foreignPackages, machineTraces } from "./repository.ts";

const text = /(\.(ts|js|json|md|yaml|yml|txt|sh|html|css|sql)|\/run|LICENSE|ignore)$/;
const itself = "test/guards/repository.test.ts";

test("every package of the lockfile comes from the public registry", () => {
  expect(foreignPackages(JSON.parse(read("package-lock.json").text))).toEqual([]);
});

test("no file tells of the machine that it was written on", () => {
  const files = filesBelow("", (path) => text.test(path) && path !== itself);
  expect(files.length).toBeGreaterThan(20);
  expect(machineTraces(files.map(read))).toEqual([]);
});

test("a package from elsewhere is found", () => {
  const packages = {
    "packages/cli": { resolved: "packages/cli", link: true },
    "node_modules/a": { resolved: "https://registry.npmjs.org/a/-/a-1.0.0.tgz" },
    "node_modules/b": {},
    "node_modules/c": { resolved: "https://npm.example.com/c/-/c-1.0.0.tgz" },
  };
  expect(foreignPackages({ packages })).toEqual([expect.stringContaining("node_modules/c")]);
});

test.each([
  `const file = "/work/main/x.ts";`,
  `cd /root/project`,
  `see (/home/someone/spotkeeper)`,
  `/Users/someone/x`,
  `readFileSync("../shared/data/traces/x.csv")`,
  `https://pypi-mirror.example.com/simple`,
  `pip install --index-url=https://example.com/simple`,
  `registry=https://example.com/`,
])("%s is found", (line) => {
  expect(machineTraces([{ path: "x", text: `fine\n${line}` }])).toEqual([expect.stringMatching(/^x:2 /)]);
});

test.each([
  `https://docs.example.com/home/page`,
  `/homework and /workers, a/work/b`,
  `registry=https://registry.npmjs.org/`,
  "`${base}/work/x`",
  `import "../shared/clock.ts";`,
])("%s is fine", (line) => {
  expect(machineTraces([{ path: "x", text: line }])).toEqual([]);
});
