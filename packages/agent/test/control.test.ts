import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createControl, type ControlOptions } from "../src/control/control.ts";
import { createAgentOn } from "../src/agent.ts";
import { systemClock } from "../src/clock.ts";
import { agentOf } from "./support/agent.ts";
import { fakeHost } from "./support/host.ts";

const servers: { close(): void }[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function serve(options: ControlOptions) {
  const agent = agentOf();
  const server = createServer(createControl(agent, options)).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (method: string, path: string, token?: string, body?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(base + path, { method, headers, ...(body === undefined ? {} : { body }) });
    return { status: response.status, type: response.headers.get("content-type"), body: await response.json() };
  };
  return { agent, ask };
}

test.each(["/drain", "/shutdown/drain"])("POST %s drains, with the token, once", async (path) => {
  const { agent, ask } = await serve({ token: "t0ken" });
  const reasons: unknown[] = [];
  agent.onDrain("work", ({ reason }) => void reasons.push(reason));
  for (const token of [undefined, "", "t0ke", "t0ken2"]) {
    expect(await ask("POST", path, token)).toMatchObject({
      status: 401,
      type: "application/problem+json",
      body: { code: "SK-AGENT-CONTROL-TOKEN" },
    });
  }
  expect(agent.status().state).toBe("running");
  const asked = await ask("POST", path, "t0ken", `{"deadlineIn":60000,"action":"stop","detail":"the controller"}`);
  expect(asked).toMatchObject({ status: 202, body: { state: expect.stringMatching(/drain/) } });
  await ask("POST", path, "t0ken");
  expect((await agent.drain()).outcome).toBe("drained");
  expect(reasons).toMatchObject([{ kind: "request", action: "stop", detail: "the controller" }]);
});

test("the controller's own body: its deadline counts, by the milliseconds where they are told", async () => {
  const { agent, ask } = await serve({ token: "t", clock: { wall: () => Date.parse("2026-01-31T12:00:00Z") } });
  const left: number[] = [];
  agent.onDrain("work", ({ remaining }) => void left.push(remaining()));
  const body = { incident: "incident#i-0abc#1", deadline: "2026-01-31T12:00:40.000Z" };
  await ask("POST", "/shutdown/drain", "t", JSON.stringify(body));
  // 30 s, since a drain ends 10 s ahead, less what is for putting away.
  const { reason } = await agent.drain();
  expect(reason).toMatchObject({ kind: "request", detail: "incident#i-0abc#1" });
  expect(Math.round(left[0]! / 1_000)).toBe(28);

  const late = await serve({ token: "t" });
  late.agent.onDrain("work", ({ remaining }) => void left.push(remaining()));
  await late.ask("POST", "/drain", "t", JSON.stringify({ ...body, deadlineIn: 60_000 }));
  await late.agent.drain();
  expect(Math.round(left[1]! / 1_000)).toBe(48);
  for (const deadline of ["soon", 12, null]) {
    expect((await late.ask("POST", "/drain", "t", JSON.stringify({ deadline }))).status).toBe(400);
  }
});

test("POST /test is a drill, with the two minutes of a warning", async () => {
  const { agent, ask } = await serve({ token: "t" });
  const reasons: object[] = [];
  agent.onDrain("work", ({ reason }) => void reasons.push(reason));
  const drained = new Promise((resolve) => void agent.on("drained", resolve));
  expect((await ask("POST", "/test", "t")).status).toBe(202);
  await drained;
  expect(reasons).toMatchObject([{ kind: "drill", deadline: expect.any(String) }]);
});

test("the status is open on loopback, and guarded where others can reach it", async () => {
  expect(await (await serve({ token: null })).ask("GET", "/status")).toMatchObject({
    status: 200,
    body: { state: "running", notice: null, deadline: null, phases: [] },
  });
  const guarded = await serve({ token: "t", guardStatus: true });
  expect([(await guarded.ask("GET", "/status")).status, (await guarded.ask("GET", "/status", "t")).status]).toEqual([
    401, 200,
  ]);
});

test("without a token nothing can be asked for", async () => {
  const { agent, ask } = await serve({ token: null });
  expect(await ask("POST", "/drain", "any")).toMatchObject({ status: 403, body: { code: "SK-AGENT-CONTROL-OFF" } });
  expect(agent.status().state).toBe("running");
});

test.each([
  ["{", "not JSON"],
  ["[]", "wants a JSON object"],
  [`"x"`, "wants a JSON object"],
  [`{"deadlineIn":-1}`, "deadlineIn wants"],
  [`{"deadlineIn":"60"}`, "deadlineIn wants"],
  [`{"action":"reboot"}`, "action wants terminate, stop or hibernate"],
  [`{"detail":5}`, "detail wants"],
  ["x".repeat(70_000), "more than 65536"],
])("a body that makes no sense is 400, and drains nothing: %.20s", async (body, detail) => {
  const { agent, ask } = await serve({ token: "t" });
  expect(await ask("POST", "/drain", "t", body)).toMatchObject({
    status: 400,
    body: { code: "SK-AGENT-CONTROL-BODY", detail: expect.stringContaining(detail) },
  });
  expect(agent.status().state).toBe("running");
});

test("other paths and methods are 404 and name what there is", async () => {
  const { ask } = await serve({ token: "t" });
  for (const [method, path] of [
    ["GET", "/drain"],
    ["POST", "/status"],
    ["GET", "/"],
    ["GET", "/__proto__"],
  ] as const) {
    expect(await ask(method, path, "t")).toMatchObject({ status: 404, body: { code: "SK-AGENT-CONTROL-PATH" } });
  }
});

test("health checkers may ask for the status by HEAD", async () => {
  const server = createServer(createControl(agentOf(), { token: null })).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { status, headers } = await fetch(`http://127.0.0.1:${port}/status`, { method: "HEAD" });
  expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
});

test("one who asks a process that ends at once still has the answer", async () => {
  const host = fakeHost();
  const agent = createAgentOn({ ...host, clock: systemClock }, { metadata: false, signals: [] });
  const server = createServer(createControl(agent, { token: "t" })).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ended: number[] = [];
  server.on("request", (_request, response) => response.once("finish", () => ended.push(host.exits.length)));
  const asked = await fetch(`http://127.0.0.1:${port}/test`, {
    method: "POST",
    headers: { authorization: "Bearer t" },
  });
  expect(asked.status).toBe(202);
  await expect.poll(() => host.exits).toEqual([0]);
  expect(ended).toEqual([0]);
});
