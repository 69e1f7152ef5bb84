import { expect, test } from "vitest";
import { filesBelow, productSources, read, testPaths } from "../support/tree.ts";
import { unregistered } from "./registries.ts";

const markdown = (): string[] => filesBelow("docs", (path) => path.endsWith(".md"));

test("each extension is registered, tested and told to users", () => {
  const project = { sources: productSources(), tests: testPaths().map(read), pages: markdown().map(read) };
  expect(unregistered(project)).toEqual([]);
});

const channels = "packages/controller/src/notify/channels";
const whole = {
  sources: [
    { path: `${channels}/index.ts`, text: `import { slack } from "./slack.ts"; export const channels = { slack };` },
    { path: `${channels}/slack.ts`, text: "" },
  ],
  tests: [
    {
      path: "packages/controller/test/notify/channels/slack.test.ts",
      text: `import { testChannel } from "../channel-contract.ts"; testChannel("slack");`,
    },
  ],
  pages: [{ path: "docs/channels.md", text: "Set `slack` to the address." }],
};

test("one that is whole passes; the index and the port are no extensions", () => {
  expect(unregistered(whole)).toEqual([]);
  const port = { path: "packages/controller/src/record/ledger/ledger.ts", text: "" };
  expect(unregistered({ ...whole, sources: [...whole.sources, port] })).toEqual([]);
});

/** Runs the contract, and stands where no test of the channel would. */
const passes = {
  path: "packages/controller/test/flow/contracts.test.ts",
  text: `import { testChannel } from "../notify/channel-contract.ts"; testChannel("slack");`,
};

test.each([
  ["not registered", `import type { slack } from "./slack.ts";`],
  ["not registered", `export { slack } from "./slack.ts";`],
  ["not registered", ``],
])("%s: an index of %s", (message, text) => {
  const sources = [{ path: `${channels}/index.ts`, text }, whole.sources[1]!];
  expect(unregistered({ ...whole, sources })).toEqual([expect.stringContaining(message)]);
});

test("one in a folder of its own is found by the file that is listed; what stands beside it is no extension", () => {
  const sources = [
    { path: `${channels}/index.ts`, text: "" },
    { path: `${channels}/slack/channel.ts`, text: "" },
    { path: `${channels}/slack/answers.ts`, text: "" },
    { path: `${channels}/support/result.ts`, text: "" },
  ];
  expect(unregistered({ ...whole, sources })).toEqual([
    `${channels}/slack/channel.ts is not registered in ${channels}/index.ts`,
  ]);
});

test.each([
  ["no contract", `import { slack } from "../../../src/notify/channels/slack.ts";`],
  ["another's contract", `import { testLedger } from "../../record/ledger-contract.ts"; testLedger("slack");`],
  ["the contract of another member", `import { testChannel } from "../channel-contract.ts"; testChannel("teams");`],
])("a test that runs %s will not do", (_, text) => {
  const tests = [{ ...whole.tests[0]!, text }];
  expect(unregistered({ ...whole, tests })).toEqual([expect.stringContaining("does not pass its contract")]);
});

test("one without a test is found", () => {
  const path = "packages/controller/test/flow/notify.test.ts";
  const other = { path, text: `import { channels } from "../../src/notify/channels/index.ts"; test("slacks");` };
  for (const tests of [[], [other]])
    expect(unregistered({ ...whole, tests: [...tests, passes] })).toEqual([expect.stringContaining("has no test")]);
});

test.each([
  ["flow/storm.test.ts", `import { slack } from "../../src/notify/channels/slack.ts";`],
  ["flow/storm.test.ts", `import { channels } from "../../src/notify/channels/index.ts"; testChannel("slack");`],
  ["notify/render.test.ts", `testChannel("slack");`],
])("a test elsewhere will do: %s: %s", (file, text) => {
  const tests = [{ path: `packages/controller/test/${file}`, text }, passes];
  expect(unregistered({ ...whole, tests })).toEqual([]);
});

test("one that no page names is found", () => {
  expect(unregistered({ ...whole, pages: [{ path: "docs/x.md", text: "slack" }] })).toEqual([
    expect.stringContaining("not told"),
  ]);
});
