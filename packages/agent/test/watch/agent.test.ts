import { expect, test, vi } from "vitest";
import { createAgentOn, type Agent } from "../../src/agent.ts";
import { systemClock } from "../../src/clock.ts";
import { createBareSend } from "../../src/net/bare.ts";
import { type CreateSend, createSend } from "../../src/net/send.ts";
import type { AgentOptions } from "../../src/options.ts";
import { fakeHost } from "../support/host.ts";
import { type MetadataServer, type Page, paths, sliding, startMetadata } from "../support/metadata-server.ts";

/** An agent on the real clock, beside a real metadata service; what it tells, as words. */
async function watching(
  server: MetadataServer,
  options: AgentOptions = {},
  env: Record<string, string> = {},
  create: CreateSend = createSend,
) {
  const host = { ...fakeHost(env), clock: systemClock, createSend: create };
  const agent: Agent = createAgentOn(host, { poll: 20, metadata: server.url, exit: false, signals: [], ...options });
  const told: string[] = [];
  agent.on("notice", ({ kind, action }) => told.push(`${kind} ${action}`));
  agent.on("cancelled", ({ notice, resumed }) => told.push(`${notice.kind} cancelled ${resumed}`));
  agent.on("draining", ({ kind }) => told.push(`draining for ${kind}`));
  agent.on("trouble", ({ code }) => told.push(code));
  await agent.start();
  // Somebody asks for the health: being unready takes its time.
  agent.ready();
  return { agent, told, [Symbol.asyncDispose]: () => agent.stop() };
}

const looks = ({ requests }: MetadataServer, path: string): number =>
  requests.filter((one) => one.path === path).length;
const until = async (what: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(what()).toBe(true), { timeout: 20_000, interval: 5 });

test("a warning whose time slides is told once, drains once, and is cancelled when it goes", async () => {
  await using server = await startMetadata();
  await using set = await watching(server);
  await until(() => looks(server, paths.interruption) > 2);
  expect(set.told).toEqual([]);

  server.pages.set(paths.interruption, sliding());
  await until(() => set.told.length === 2);
  const seen = looks(server, paths.interruption);
  await until(() => looks(server, paths.interruption) > seen + 5);
  expect(set.told).toEqual(["interruption terminate", "draining for interruption"]);
  expect(set.agent.status()).toMatchObject({
    state: "draining",
    notice: { kind: "interruption" },
    deadline: expect.any(String),
  });

  server.pages.delete(paths.interruption);
  await until(() => set.told.length === 3);
  expect(set.told[2]).toBe("interruption cancelled true");
  expect(set.agent.status()).toMatchObject({ state: "running", notice: null });
});

test.each<[string, Page]>([
  ["500 with HTML", (_request, response) => void response.writeHead(500).end("<html>")],
  ["200 with HTML", "<html><body>hello</body></html>"],
  ["no answer", () => {}],
  ["a cut connection", (request) => void request.socket.destroy()],
])("a path with %s hides no other", async (_, page) => {
  await using server = await startMetadata();
  for (const path of [paths.rebalance, paths.scheduled, paths.lifecycle]) server.pages.set(path, page);
  await using set = await watching(server);
  await until(() => looks(server, paths.interruption) > 2);
  server.pages.set(paths.interruption, sliding("stop"));
  await until(() => set.agent.status().state === "draining");
  expect(set.told.filter((line) => !line.startsWith("SK-"))).toEqual([
    "interruption stop",
    "draining for interruption",
  ]);
});

test("a service that fails on all paths is told of once, and the notice is heard when it is back", async () => {
  await using server = await startMetadata();
  server.tokenPage = (_request, response) => void response.writeHead(503).end();
  await using set = await watching(server);
  await until(() => server.requests.length > 5);
  expect(set.told).toEqual(["SK-AGENT-IMDS-TOKEN"]);
  server.pages.set(paths.interruption, sliding());
  server.tokenPage = undefined;
  await until(() => set.told.includes("draining for interruption"));
});

test("a kept connection that the server closed meanwhile is no trouble: it is looked again at once", async () => {
  await using server = await startMetadata();
  const looked: number[] = [];
  server.pages.set(paths.lifecycle, (request, response) => {
    looked.push(performance.now());
    if (looked.length === 2) return void request.socket.resetAndDestroy();
    response.end("InService");
  });
  await using set = await watching(server, { poll: 1_000 });
  await until(() => looked.length > 3);
  const [first = 0, torn = 0, again = 0, next = 0] = looked;
  expect(torn - first).toBeGreaterThan(900);
  expect(again - torn).toBeLessThan(500);
  // In the turn of all the others.
  expect(next - again).toBeGreaterThan(400);
  expect(set.told).toEqual([]);
});

test("recommendations and scheduled events are told; the group's own end drains", async () => {
  await using server = await startMetadata();
  server.pages.set(paths.rebalance, () => {});
  await using set = await watching(server);
  server.pages.set(paths.rebalance, `{"noticeTime":"2026-01-31T12:00:00Z"}`);
  await until(() => set.told.length === 1);
  server.pages.set(
    paths.scheduled,
    `[{"NotBefore":"21 Jan 2099 09:00:43 GMT","Code":"instance-stop","EventId":"e-1","State":"active"}]`,
  );
  await until(() => set.told.length === 2);
  server.pages.set(paths.lifecycle, "Terminated");
  await until(() => set.told.length === 4);
  expect(set.told).toEqual([
    "rebalance null",
    "scheduled-event null",
    "termination terminate",
    "draining for termination",
  ]);
});

test("ECS wants the task stopped: its own metadata says so", async () => {
  await using server = await startMetadata();
  server.v1 = true;
  server.pages.set("/v4/abc/task", `{"DesiredStatus":"RUNNING","KnownStatus":"RUNNING"}`);
  const env = { ECS_CONTAINER_METADATA_URI_V4: `${server.url}/v4/abc` };
  await using set = await watching(server, { metadata: false }, env);
  await until(() => looks(server, "/v4/abc/task") > 2);
  expect(set.told).toEqual([]);
  server.pages.set("/v4/abc/task", `{"DesiredStatus":"STOPPED","KnownStatus":"RUNNING"}`);
  await until(() => set.told.length === 2);
  expect(set.told).toEqual(["task-stop null", "draining for task-stop"]);
});

test("what does not press is asked seldom, over the connections that the rest keeps", async () => {
  await using server = await startMetadata();
  const sockets = new Set<unknown>();
  for (const path of Object.values(paths)) {
    server.pages.set(path, (request, response) => {
      sockets.add(request.socket);
      response.writeHead(404).end();
    });
  }
  await using _set = await watching(server, { poll: 100 });
  await until(() => looks(server, paths.interruption) > 20);
  for (const path of [paths.rebalance, paths.scheduled]) {
    expect(looks(server, path)).toBeGreaterThan(2);
    expect(looks(server, path)).toBeLessThan(looks(server, paths.interruption) / 3);
  }
  expect(sockets.size).toBeLessThanOrEqual(4);
});

test.each([
  ["node:http", createSend],
  ["bare connections", createBareSend],
])("a service that closes each connection, as EC2's does, is asked on and on, over %s", async (_, create) => {
  await using server = await startMetadata();
  server.closes = true;
  await using set = await watching(server, {}, {}, create);
  await until(() => looks(server, paths.interruption) > 20);
  server.pages.set(paths.interruption, sliding());
  await until(() => set.told.length === 2);
  expect(set.told).toEqual(["interruption terminate", "draining for interruption"]);
});

test("stopped, it asks no more", async () => {
  await using server = await startMetadata();
  const set = await watching(server);
  await until(() => server.requests.length > 4);
  await set.agent.stop();
  // What was on its way has arrived.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const asked = server.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(server.requests.length).toBe(asked);
});

test("trouble that stands with one path is not told again since another comes and goes", async () => {
  await using server = await startMetadata();
  server.pages.set(paths.rebalance, (_request, response) => void response.writeHead(500).end());
  let looked = 0;
  // It fails twice, and is well twice.
  server.pages.set(
    paths.scheduled,
    (_request, response) => void response.writeHead(looked++ % 4 < 2 ? 500 : 404).end(),
  );
  await using set = await watching(server);
  await until(() => looked > 16);
  expect(set.told).toEqual(["SK-AGENT-IMDS-ANSWER"]);
});
