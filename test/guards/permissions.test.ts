import { expect, test } from "vitest";
import { filesBelow, read } from "../support/tree.ts";
import { permissionDifferences } from "./permissions.ts";

const page = "docs/operate.md";

test("the page tells of every permission that the controller needs, and of no other", () => {
  const sources = filesBelow("packages/controller/src/aws", (file) => file.endsWith(".ts")).map(read);
  expect(permissionDifferences(sources, read(page))).toEqual([]);
});

const source = `import { PublishCommand, type Topic } from "@aws-sdk/client-sns";`;

test.each([
  ["alike", source, "`sns:Publish`, and `sts:AssumeRole`", []],
  ["missing on the page", source, "", [`sns:Publish is called, not in ${page}`]],
  ["not called", source, "`sns:Publish` `ec2:StopInstances`", [`ec2:StopInstances is in ${page}, and not called`]],
  [
    "a client that is new",
    `import { ACommand } from "@aws-sdk/client-new";`,
    "",
    ["a.ts: nobody has said what new is called in IAM"],
  ],
])("%s", (_, code, text, differences) => {
  expect(permissionDifferences([{ path: "a.ts", text: code }], { path: page, text })).toEqual(differences);
});
