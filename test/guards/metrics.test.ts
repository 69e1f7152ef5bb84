import { expect, test } from "vitest";
import { filesBelow, productSources, read } from "../support/tree.ts";
import { metricDifferences } from "./metrics.ts";

test("the pages name every metric, and no other", () => {
  const pages = filesBelow("docs", (path) => path.endsWith(".md")).map(read);
  expect(metricDifferences(productSources(), pages)).toEqual([]);
});

const sources = [{ path: "a.ts", text: `new Histogram({ name: "spotkeeper_step_seconds" });` }];

test.each([
  ["alike", "`spotkeeper_step_seconds{responder}`", []],
  ["a histogram's series", "`spotkeeper_step_seconds` and rate(spotkeeper_step_seconds_bucket[5m])", []],
  [
    "a name that is not made",
    "spotkeeper_step_seconds, spotkeeper_steps_total",
    ["docs/m.md names spotkeeper_steps_total, which the code does not make"],
  ],
  ["a name that is not told", "nothing", ["spotkeeper_step_seconds is made by the code, and no page names it"]],
])("%s", (_, text, differences) => {
  expect(metricDifferences(sources, [{ path: "docs/m.md", text }])).toEqual(differences);
});
