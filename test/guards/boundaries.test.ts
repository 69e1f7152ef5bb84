import { expect, test } from "vitest";
import { productSources } from "../support/tree.ts";
import { crossings } from "./boundaries.ts";

test("no part of the product imports what it must not know", () => {
  expect(crossings(productSources())).toEqual([]);
});

test.each([
  ["packages/controller/src/respond/x.ts", `import { EC2Client } from "@aws-sdk/client-ec2";`],
  ["packages/controller/src/respond/x.ts", `import type { Instance } from "@aws-sdk/client-ec2";`],
  ["packages/cli/src/x.ts", `const sqs = await import("@aws-sdk/client-sqs");`],
  ["packages/simulator/src/x.ts", `export { SQSClient } from "@aws-sdk/client-sqs";`],
  ["packages/controller/src/aws/x.ts", `import { createSimulator } from "@spotkeeper/simulator";`],
  ["packages/controller/src/x.ts", `export * from "../../simulator/src/index.ts";`],
  ["packages/simulator/src/x.ts", `import type { Signal } from "@spotkeeper/controller";`],
  ["packages/agent/src/x.ts", `import pino from "pino";`],
])("%s: %s is found", (path, text) => {
  expect(crossings([{ path, text }])).toHaveLength(1);
});

test.each([
  ["packages/controller/src/aws/ec2.ts", `import { EC2Client } from "@aws-sdk/client-ec2";`],
  [
    "packages/cli/src/x.ts",
    `import { createSimulator } from "@spotkeeper/simulator"; import "@spotkeeper/controller";`,
  ],
  ["packages/agent/src/x.ts", `import { request } from "node:http"; import "./other.ts";`],
  ["packages/controller/src/x.ts", `// import "@aws-sdk/client-ec2"\nconst text = 'import "@aws-sdk/client-ec2"';`],
])("%s: %s is allowed", (path, text) => {
  expect(crossings([{ path, text }])).toEqual([]);
});
