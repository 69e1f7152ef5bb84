import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { folder, spotkeeper } from "./support.ts";

let server: Server;
let address = "";
let sandbox = false;
const asked: string[] = [];
beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (sandbox) response.setHeader("x-spotkeeper-mode", "sandbox");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ items: [], now: "2026-01-01T00:00:00Z", next: null, missing: [] }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(join(folder, "here.yaml"), `show: { listen: "${address}" }\n`);
});
afterEach(() => server.close());

test.each([["incidents"], ["alerts"], ["silence"]])("%s asks the worker of the config", async (command) => {
  sandbox = false;
  const { code } = await spotkeeper([command, "list", "--config", "here.yaml"]);
  expect({ code, asked: asked.length }).toEqual({ code: 0, asked: 1 });
});

test("with a config, a sandbox at its address is not taken for the worker; named, it is asked", async () => {
  sandbox = true;
  const { code, stdout, stderr } = await spotkeeper(["incidents", "list", "--config", "here.yaml"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("SK-API-SANDBOX");
  expect((await spotkeeper(["incidents", "list", "--config", "here.yaml", "--url", `http://${address}`])).code).toBe(0);
});
