import { expect, test } from "vitest";
import { kinds } from "../../packages/controller/src/signal/index.ts";
import { EVIDENCE_EVENTS } from "../../packages/controller/src/signal/evidence.ts";
import { read } from "../support/tree.ts";
import { undelivered } from "./documented-rules.ts";

/** What AWS sends; an agent's own events come by HTTP. */
const events = [...Object.values(kinds).flatMap((kind) => kind.events), ...EVIDENCE_EVENTS].filter(([source]) =>
  source.startsWith("aws."),
);

test("the rules of docs/start.md deliver every event of every kind that is registered, and nothing else", () => {
  expect(undelivered(events, read("docs/start.md"))).toEqual([]);
});

test("an event that a rule lacks, and a name that nothing understands, are found", () => {
  const text = `aws events put-rule --event-pattern '{"source": ["aws.ec2"], "detail-type": ["A", "B"]}'`;
  expect(
    undelivered(
      [
        ["aws.ec2", "A"],
        ["aws.ecs", "A"],
        ["aws.ec2", "C"],
      ],
      { path: "page.md", text },
    ),
  ).toEqual([
    "no rule of page.md delivers A of aws.ecs",
    "no rule of page.md delivers C of aws.ec2",
    "a rule of page.md delivers B, which nothing understands",
  ]);
});
