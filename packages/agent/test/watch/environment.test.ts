import { expect, test } from "vitest";
import { createAgentOn } from "../../src/agent.ts";
import { durationOf, metadataEndpoint, stopTimeoutOf } from "../../src/watch/environment.ts";
import { fakeHost } from "../support/host.ts";

test.each([
  ["90s", 90_000],
  ["1m30s", 90_000],
  ["500ms", 500],
  ["1.5h", 5_400_000],
  ["2m0.5s", 120_500],
])("the duration %s", (text, ms) => {
  expect(durationOf(text)).toBe(ms);
});

test.each(["", "soon", "30", "s", "1m30", "5 s", "90x", "-5", "5s!"])("%j is no duration", (text) => {
  expect(durationOf(text)).toBeNaN();
});

test("the time from SIGTERM to SIGKILL is 30 s unless it is told", () => {
  expect(stopTimeoutOf({})).toBe(30_000);
  expect(stopTimeoutOf({ ECS_CONTAINER_STOP_TIMEOUT: "" })).toBe(30_000);
  expect(stopTimeoutOf({ ECS_CONTAINER_STOP_TIMEOUT: "2m" })).toBe(120_000);
});

test.each([
  ["soon", 30_000],
  ["45", 30_000],
  ["0s", 30_000],
  ["500ms", 1_000],
  ["-10s", 1_000],
])("a stop time-out of %j is what the ECS agent takes it for", (text, ms) => {
  expect(stopTimeoutOf({ ECS_CONTAINER_STOP_TIMEOUT: text })).toBe(ms);
  expect(() => createAgentOn(fakeHost({ ECS_CONTAINER_STOP_TIMEOUT: text }), { metadata: false })).not.toThrow();
});

test("the metadata service is where the variables of the SDKs say", () => {
  const own = { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:1338" };
  expect(metadataEndpoint({})?.href).toBe("http://169.254.169.254/");
  expect(metadataEndpoint(own)?.href).toBe("http://127.0.0.1:1338/");
  expect(metadataEndpoint({ ...own, AWS_EC2_METADATA_DISABLED: "True" })).toBeNull();
  for (const wrong of ["127.0.0.1", "https://127.0.0.1", "http://["]) {
    expect(() => metadataEndpoint({ AWS_EC2_METADATA_SERVICE_ENDPOINT: wrong })).toThrow(
      "AWS_EC2_METADATA_SERVICE_ENDPOINT: wants a URL such as http://169.254.169.254.",
    );
  }
});
