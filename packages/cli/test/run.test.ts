import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  createSimulator,
  realClock,
  serveSimulator,
  type Simulator,
  type SimulatorServer,
} from "@spotkeeper/simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { warning } from "./messages.ts";
import { launchWorker, type Worker } from "./running-worker.ts";
import { folder, jsonLines, main, spotkeeper } from "./support.ts";

const clock = realClock({ speed: 1 });
let simulator: Simulator;
let server: SimulatorServer;
beforeAll(async () => {
  simulator = createSimulator({ clock, seed: 1, world: null, operations: [] });
  simulator.queues.create("111122223333", "us-east-1", "spot");
  simulator.queues.create("111122223333", "us-east-1", "dead");
  server = await serveSimulator(simulator);
});
afterAll(() => server.close());

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

async function keep(...args: string[]): Promise<Worker> {
  const worker = await launchWorker(...args);
  children.push(worker.child);
  return worker;
}

let count = 0;

/** Starts a worker in files of its own, and waits until it says that it runs. */
async function startWorker(...args: string[]): Promise<Worker> {
  const name = `w${++count}`;
  const queue = (of: string): string => `https://sqs.us-east-1.amazonaws.com/111122223333/${of}`;
  writeFileSync(
    join(folder, `${name}.yaml`),
    `aws: { endpoint: ${server.url} }
sources:
  sqs: [{ queueUrl: ${queue("spot")}, deadLetterQueueUrl: ${queue("dead")} }]
  http: { token: "\${env:INGEST}" }
show: { listen: "127.0.0.1:0" }
ledger: { file: ${name}.db }
archive: { file: ${name}-archive.db }
inventory: { file: ${name}-inventory.db }
`,
  );
  return keep("--config", `${name}.yaml`, ...args);
}

/** Polls until it holds; vitest's own time limit is the bound. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await clock.sleep(50);
}

/** What AWS would have noticed, but for the queues. */
const writes = (): string[] =>
  simulator.calls
    .recent()
    .filter(({ mutating, service }) => mutating && service !== "sqs")
    .map(({ operation }) => operation);

test("it takes messages, answers over HTTP, tells people, keeps to a dry run, and drains on SIGTERM", async () => {
  const { url, child, log, stdout } = await startWorker("--dry-run");
  const queue = simulator.queues.get("111122223333", "us-east-1", "spot");
  queue?.send(JSON.stringify(warning({ time: new Date().toISOString() })));
  queue?.send("no JSON");
  await until(() => simulator.queues.get("111122223333", "us-east-1", "dead")?.depth().visible !== 0);
  await until(() => stdout().includes("i-0abcdef1234567890"));
  const { stdout: listed } = await spotkeeper(["incidents", "--url", url, "--output", "json"]);
  expect(jsonLines(listed)).toMatchObject([{ id: "i-0abcdef1234567890#1", mode: "dry-run" }]);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const since = performance.now();
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(performance.now() - since).toBeLessThan(10_000);
  expect(log.at(-1)).toMatchObject({ msg: "drained", drained: true });
  expect(JSON.stringify(log)).not.toContain("hunter2");
  expect(writes()).toEqual([]);
});

test("it says at its start what it knows, and what could not be read of the fleet", async () => {
  const { log, child } = await startWorker();
  const said = (words: string): boolean => log.some(({ msg }) => String(msg).includes(words));
  expect(said("1 queue, 1 account, region us-east-1; known from before: 0 groups, ")).toBe(true);
  // The simulator of this file has no operations of the fleet.
  await until(() => said("not all of the fleet of the own account in us-east-1 could be read (elasticloadbalancing:"));
  child.kill("SIGKILL");
});

test("an interrupt from the keyboard drains it, too, and is 130", async () => {
  const { child, log } = await startWorker();
  const ended = once(child, "exit");
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  expect(log.at(-1)).toMatchObject({ msg: "drained", drained: true });
});

test("a worker without a source says so, and is not ready; a secret that is not there is told at the start", async () => {
  const files = ["ledger", "archive", "inventory"].map((name) => `${name}: { file: deaf-${name}.db }\n`).join("");
  const hook =
    "policy: { rules: [{ name: shop, do: { drainHook: { port: 80, path: /drain, token: '${env:NO_TOKEN}' } } }] }\n";
  writeFileSync(join(folder, "deaf.yaml"), `show: { listen: "127.0.0.1:0" }\n${files}${hook}`);
  const { url, log } = await keep("--config", "deaf.yaml");
  expect(log).toContainEqual(
    expect.objectContaining({ level: "warn", msg: expect.stringContaining("no source is configured") }),
  );
  await until(() => log.some(({ msg }) => msg === "a secret is not available"));
  expect(log.find(({ msg }) => msg === "a secret is not available")).toMatchObject({
    level: "warn",
    key: expect.stringContaining("drainHook") as string,
    err: { message: expect.stringContaining("${env:NO_TOKEN}") as string },
  });
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ status: "not-ready", reasons: [{ what: "no-source" }] });
});

test("a worker that finds no config says where it looked", async () => {
  // On the default port, which may be taken here: it has said it before it listens.
  const child = spawn(process.execPath, ["--conditions=@spotkeeper/source", main, "run"], {
    cwd: folder,
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stderr), "line")) as [string];
  expect(JSON.parse(line)).toMatchObject({
    level: "warn",
    msg: "no config was found",
    lookedFor: [expect.stringMatching(/.spotkeeper\.yaml$/), "SPOTKEEPER_CONFIG"],
  });
});

test("a second interrupt stops it at once", async () => {
  const { url, child, log } = await startWorker();
  // A message that is still on its way in holds the draining up; else it could be over before the second one comes.
  const headers = { authorization: "Bearer hunter2", "content-length": 10, expect: "100-continue" };
  const sending = request(`${url}/api/v1/signals`, { method: "POST", headers });
  sending.on("error", () => {}).flushHeaders();
  await once(sending, "continue");
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await until(() => log.some(({ signal }) => signal === "SIGTERM"));
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  expect(log.at(-1)).toMatchObject({ signal: "SIGTERM" });
});

test("a secret that is not there is 2, and named; an address that is taken, too", async () => {
  writeFileSync(
    join(folder, "secret.yaml"),
    "sources: { http: { token: '${env:NONE}' } }\nshow: { listen: '127.0.0.1:0' }\n",
  );
  const missing = await spotkeeper(["run", "--config", "secret.yaml"]);
  expect(missing).toMatchObject({ code: 2, stdout: "" });
  expect(missing.stderr).toContain("sources.http.token: The secret ${env:NONE} is not available");

  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  writeFileSync(join(folder, "taken.yaml"), `show: { listen: '127.0.0.1:${(other.address() as AddressInfo).port}' }\n`);
  const taken = await spotkeeper(["run", "--config", "taken.yaml"]);
  other.close();
  expect(taken).toMatchObject({ code: 2, stdout: "" });
  expect(taken.stderr).toContain("something else listens there");
});
