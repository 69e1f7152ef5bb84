import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { rebalance, warning } from "./messages.ts";
import { launchWorker, type Worker } from "./running-worker.ts";
import { folder } from "./support.ts";

/** A real worker that tells real HTTP servers: Slack's webhook at /chat, Discord's at /edited, another webhook at /backup. */
const received: { readonly method: string; readonly path: string; readonly text: string }[] = [];
const answers: { status: number; headers: { readonly [name: string]: string } }[] = [];
let server: Server;
let hooks = "";
let worker: Worker;
beforeAll(async () => {
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      received.push({ method: request.method ?? "", path: request.url ?? "", text });
      const messages = received.filter(({ method, path }) => method === "POST" && path.startsWith("/edited"));
      const { status, headers } = (request.url === "/chat" ? answers.shift() : undefined) ?? {
        status: 200,
        headers: {},
      };
      const posted = request.url?.startsWith("/edited") === true;
      response.writeHead(status, headers).end(posted ? JSON.stringify({ id: `${messages.length}` }) : "ok");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  hooks = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

let count = 0;
beforeEach(() => {
  received.length = 0;
  answers.length = 0;
});
afterEach(() => worker.child.kill("SIGKILL"));

async function start(groupBy: string, channel: string): Promise<void> {
  const name = `telling-${(count += 1)}`;
  writeFileSync(
    join(folder, `${name}.yaml`),
    `aws: { endpoint: "http://127.0.0.1:1", regions: [us-east-1] }
sources: { http: { token: "\${env:INGEST}" } }
show: { listen: "127.0.0.1:0" }
ledger: { file: ${name}.db }
archive: { file: ${name}-archive.db }
inventory: { file: ${name}-inventory.db }
channels:
  chat: { type: slack, url: "${hooks}/chat", allow: [127.0.0.1] }
  backup: { type: webhook, url: "${hooks}/backup", allow: [127.0.0.1] }
  edited: { type: discord, url: "${hooks}/edited", allow: [127.0.0.1] }
routes: [{ name: all, channels: [${channel}], wait: 0s, updateEvery: 5s, groupBy: [${groupBy}] }]
`,
  );
  worker = await launchWorker("--config", `${name}.yaml`);
}

const idOf = (n: number): string => `i-0000000000000000${n}`;

async function hear(message: object, answer = 202): Promise<void> {
  const headers = { "content-type": "application/json", authorization: "Bearer hunter2" };
  const body = JSON.stringify(message);
  const response = await fetch(`${worker.url}/api/v1/signals`, { method: "POST", headers, body });
  expect(response.status).toBe(answer);
}
const now = (): string => new Date().toISOString();
const reclaim = (n: number, answer?: number): Promise<void> =>
  hear(warning({ time: now(), detail: { "instance-id": idOf(n), "instance-action": "terminate" } }), answer);
const recommend = (n: number): Promise<void> => hear(rebalance({ time: now(), detail: { "instance-id": idOf(n) } }));

const sent = (path: string, ...words: readonly string[]): number =>
  received.filter((one) => one.path === path && words.every((word) => one.text.includes(word))).length;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

test("a service that asks for two hours mutes nothing: other channels get this alert and the next", async () => {
  answers.push({ status: 429, headers: { "retry-after": "7200" } });
  await start("instance", "chat");
  await reclaim(1);
  await until(() => sent("/backup", idOf(1)) > 0);
  await reclaim(2);
  await until(() => sent("/backup", idOf(2)) > 0);
  // The service asked for a pause, and gets one.
  expect(sent("/chat")).toBe(1);
});

test("a recommendation that becomes an interruption is told again, and so is an instance that joins", async () => {
  await start("region", "chat, edited");
  const posted = (...words: readonly string[]): readonly string[] =>
    received
      .filter(
        ({ method, path, text }) =>
          method === "POST" && path.startsWith("/edited") && words.every((word) => text.includes(word)),
      )
      .map(({ text }) => (JSON.parse(text) as { content: string }).content);
  await recommend(1);
  await until(() => sent("/chat", idOf(1)) === 1 && posted(idOf(1)).length === 1);
  expect(sent("/chat", "is reclaimed") + posted("is reclaimed").length).toBe(0);
  await reclaim(1);
  await until(() => sent("/chat", idOf(1), "is reclaimed") === 1 && posted(idOf(1), "is reclaimed").length === 1);
  await reclaim(2);
  await until(() => sent("/chat", idOf(1), idOf(2)) === 1 && posted(idOf(1), idOf(2)).length === 1);
  // Discord shows an edit to nobody: what happened is three messages, and each says more than the one before.
  expect(posted()).toEqual([
    expect.stringMatching(/may be/),
    expect.stringMatching(/is reclaimed/),
    expect.stringMatching(/^\*\*2 instances/),
  ]);
  expect(sent("/backup")).toBe(0);
});

test("while the ledger cannot be written, another channel stands in for a dead one, and says what to do", async () => {
  answers.push({ status: 403, headers: {} });
  await start("instance", "chat");
  const ledger = new DatabaseSync(join(folder, `telling-${count}.db`), { timeout: 10_000 });
  ledger.exec("BEGIN IMMEDIATE");
  try {
    await reclaim(1, 503);
    await until(() => sent("/backup", idOf(1)) > 0);
    expect(sent("/backup", "bring the ledger back", "find out why channel chat got no message")).toBeGreaterThan(0);
  } finally {
    ledger.close();
  }
});
