import { expect, test } from "vitest";
import { endpointIn, regionIn } from "../../src/entry/environment.ts";

test("an empty variable sets no region and no endpoint", () => {
  expect(regionIn({ AWS_REGION: "", AWS_DEFAULT_REGION: "eu-west-1" })).toBe("eu-west-1");
  expect(regionIn({ AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "eu-west-1" })).toBe("us-east-1");
  expect([regionIn({ AWS_REGION: "", AWS_DEFAULT_REGION: "" }), regionIn({})]).toEqual([undefined, undefined]);
  expect([endpointIn({ AWS_ENDPOINT_URL: "" }), endpointIn({})]).toEqual([null, null]);
  expect(endpointIn({ AWS_ENDPOINT_URL: "http://127.0.0.1:4566" })).toBe("http://127.0.0.1:4566");
});
