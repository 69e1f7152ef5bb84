import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { folder, jsonLines, spotkeeper } from "./support.ts";

const got: { readonly path: string; readonly body: { readonly [key: string]: unknown } }[] = [];
const QUEUED = JSON.stringify({ result: "Request will be processed", took: 0.1, requestId: "43a29c5c" });
const ANSWERS: { readonly [path: string]: readonly [status: number, body?: string] } = {
  "/denied/s3cret": [401],
  "/v2/alerts": [202, QUEUED],
  "/proxied": [200, "<!doctype html><title>Sign in to Example Corp s3cret</title>"],
};
const server = createServer((request, response) => {
  let text = "";
  request.on("data", (chunk: Buffer) => (text += chunk.toString()));
  request.on("end", () => {
    got.push({ path: request.url ?? "", body: JSON.parse(text) as { [key: string]: unknown } });
    const [status, answer = ""] = ANSWERS[request.url?.split(/(?<=alerts)\W/)[0] ?? ""] ?? [204];
    response
      .writeHead(status, { "content-type": answer.startsWith("{") ? "application/json" : "text/html" })
      .end(answer);
  });
});
const config = join(folder, "channels.yaml");
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const channels = {
    screen: { type: "console" },
    hook: { type: "webhook", url: `${base}/hook`, secret: "${env:KEY}", allow: ["127.0.0.1"] },
    denied: { type: "webhook", url: "${env:DENIED}", allow: ["127.0.0.1"] },
    old: { type: "opsgenie", apiKey: "${env:KEY}", url: base, allow: ["127.0.0.1"] },
    unset: { type: "webhook", url: "${env:NOTHING}" },
  };
  writeFileSync(config, JSON.stringify({ channels }));
});
afterAll(() => void server.close());
beforeEach(() => void got.splice(0));

const run = (...args: string[]): ReturnType<typeof spotkeeper> => {
  const { port } = server.address() as AddressInfo;
  const env = { KEY: "s3cret-key", DENIED: `http://127.0.0.1:${port}/denied/s3cret` };
  return spotkeeper(["channels", "test", "--config", config, ...args], { env });
};

test("a receipt and an outcome, both marked as a test", async () => {
  const { code, stdout, stderr } = await run("hook");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^CHANNEL +TYPE +RECEIPT +OUTCOME\nhook +webhook +sent in \d\.\d s +sent in \d\.\d s\n$/);
  expect(got.map(({ path, body }) => [path, body["phase"], body["generation"]])).toEqual([
    ["/hook", "receipt", got[0]?.body["generation"]],
    ["/hook", "outcome", got[0]?.body["generation"]],
  ]);
  for (const { body } of got) {
    expect(body).toMatchObject({ severity: "info", ask: ["do nothing: this is a test of the channel"] });
    expect(body["headline"]).toMatch(
      /^TEST, nothing is wrong: (checkout 3\/4: )?i-0123456789abcdef0 \(test, m5\.large\) in us-east-1a/,
    );
  }
});

test("all of them: what fails is 1, with a reason each and no secret", async () => {
  const { code, stdout, stderr } = await run("--output", "json");
  expect(code).toBe(1);
  const reports = jsonLines(stdout);
  expect(
    reports.map(({ channel, ok, sends }) => [channel, ok, (sends as { reason: string | null }[]).at(-1)?.reason]),
  ).toEqual([
    ["screen", true, null],
    ["hook", true, null],
    ["denied", false, "answered 401; check its credentials"],
    ["old", true, null],
    [
      "unset",
      false,
      expect.stringMatching(/^The secret \$\{env:\w+\} is not available: the environment has no \w+; set it$/),
    ],
  ]);
  expect(stderr).toMatch(/INFO receipt: TEST, nothing is wrong[\s\S]*INFO outcome: TEST, nothing is wrong/);
  expect(stdout + stderr).not.toMatch(/s3cret/);
});

test("why a channel failed is told whole, below the table", async () => {
  const { code, stdout } = await run("unset", "denied");
  expect(code).toBe(1);
  expect(stdout).toMatch(/^denied +\w+ +failed +-$/m);
  expect(stdout).toMatch(/^denied, receipt: answered 401; check its credentials$/m);
  expect(stdout).toMatch(/^unset, receipt: The secret .* is not available: .*; set it$/m);
});

test("a proxy's page is not the answer of a service", async () => {
  const proxied = join(folder, "proxied.yaml");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/proxied`;
  writeFileSync(proxied, JSON.stringify({ channels: { chat: { type: "slack", url, allow: ["127.0.0.1"] } } }));
  const { code, stdout } = await spotkeeper(["channels", "test", "--config", proxied]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^chat +slack +failed +-$/m);
  expect(stdout).toContain(
    "answered 200 with a page of type text/html (“Sign in to Example Corp”) instead of Slack's ok; check its url",
  );
});

test("a service that goes away is told of, beside the results", async () => {
  const { code, stdout, stderr } = await run("old");
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "old: Opsgenie's API ends on 5 April 2027; move to a channel of type jsm-ops.\n",
  });
  expect(stdout).toMatch(/\nold +opsgenie +sent in/);
});

test("a name that is not configured is 2, and sends nothing", async () => {
  const { code, stdout, stderr } = await run("hok");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toBe("No channel is called hok. Did you mean hook?\n(SK-CALL-CHANNEL)\n");
  expect(got).toEqual([]);
});
