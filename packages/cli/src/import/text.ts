import { Document } from "yaml";
import type { Part } from "./judge.ts";

const HEAD = ` Made by spotkeeper import. Add the queue that the events come to:
   sources: { sqs: [{ queueUrl: https://sqs.<region>.amazonaws.com/<account>/<queue> }] }
 then try it: spotkeeper channels test, spotkeeper run --dry-run`;

/** Renders the config as YAML with comments. */
export function renderConfig(parts: readonly Part[]): string {
  const document = new Document({});
  document.commentBefore = HEAD;
  for (const { path, value, comment } of parts) {
    const node = document.createNode(value);
    document.setIn(path, node);
    if (comment !== null) node.commentBefore = ` ${comment}`;
  }
  return document.toString({ lineWidth: 0 });
}
