import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { warning } from "./messages.ts";
import { folder } from "./support.ts";
import { launchWorker, type Worker } from "./running-worker.ts";

/** Receives webhooks: by path, the alerts' headlines. */
const received: { readonly path: string; readonly headline: string }[] = [];
let server: Server;
let hooks = "";
const workers: Worker[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      received.push({ path: request.url ?? "", headline: (JSON.parse(body) as { headline: string }).headline });
      response.end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  hooks = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const { child } of workers) child.kill("SIGKILL");
  server.close();
});

const FILE = "reload.yaml";

function write(channels: string, more = ""): void {
  writeFileSync(
    join(folder, FILE),
    `aws: { endpoint: "http://127.0.0.1:1", regions: [us-east-1] }
sources: { http: { token: "\${env:INGEST}" } }
show: { listen: "127.0.0.1:0" }
ledger: { file: reload.db }
archive: { file: reload-archive.db }
inventory: { file: reload-inventory.db }
channels: ${channels}
${more}`,
  );
}

const hook = (name: string): string => `${name}: { type: webhook, url: "${hooks}/${name}", allow: [127.0.0.1] }`;
const routes = (channel: string): string =>
  `routes: [{ name: all, channels: [${channel}], wait: 0s, groupBy: [instance] }]`;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function reload({ child, log }: Worker, says: RegExp): Promise<{ readonly [field: string]: unknown }> {
  const before = log.length;
  child.kill("SIGHUP");
  const found = (): { readonly [field: string]: unknown } | undefined =>
    log.slice(before).find(({ msg }) => says.test(String(msg)));
  await until(() => found() !== undefined);
  return found() ?? {};
}

async function interrupt({ url }: Worker, id: string): Promise<void> {
  const body = JSON.stringify(
    warning({ time: new Date().toISOString(), detail: { "instance-id": id, "instance-action": "terminate" } }),
  );
  const response = await fetch(`${url}/api/v1/signals`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer hunter2" },
    body,
  });
  expect(response.status).toBe(202);
}

const successful = async ({ url }: Worker): Promise<string | undefined> =>
  /^spotkeeper_config_last_reload_successful (\d)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];

test("SIGHUP uses the new channels and routes; an invalid config changes nothing; open incidents and the ledger stay", async () => {
  write(`{ ${hook("old")} }`, routes("old"));
  const worker = await launchWorker("--config", FILE);
  workers.push(worker);
  await interrupt(worker, "i-00000000000000001");
  await until(() => received.some(({ path }) => path === "/old"));

  // The new config is in effect at once, for the open alert as well.
  write(`{ ${hook("old")}, ${hook("new")} }`, routes("new"));
  expect(await reload(worker, /read again/)).toMatchObject({
    msg: "the config was read again; in effect now: channels, routes",
    changed: ["channels", "routes"],
    needRestart: [],
  });
  expect(await successful(worker)).toBe("1");
  await interrupt(worker, "i-00000000000000002");
  await until(() => received.some(({ path, headline }) => path === "/new" && headline.includes("i-00000000000000002")));
  expect(received.filter(({ path, headline }) => path === "/old" && headline.includes("i-00000000000000002"))).toEqual(
    [],
  );

  // What is invalid is named, and nothing changes.
  write(`{ ${hook("third")} }`, "routes: [{ name: all, channels: [nowhere] }]");
  const failed = await reload(worker, /not used/);
  expect(JSON.stringify(failed)).toContain("nowhere");
  expect(await successful(worker)).toBe("0");
  await interrupt(worker, "i-00000000000000003");
  await until(() => received.some(({ path, headline }) => path === "/new" && headline.includes("i-00000000000000003")));

  // What needs a restart is named.
  write(`{ ${hook("old")}, ${hook("new")} }`, `${routes("new")}\nlog: { level: debug }`);
  expect(await reload(worker, /read again/)).toMatchObject({ needRestart: ["log"] });

  const { items } = (await (await fetch(`${worker.url}/api/v1/incidents`)).json()) as { items: { id: string }[] };
  expect(items.map(({ id }) => id).toSorted()).toEqual([1, 2, 3].map((n) => `i-0000000000000000${n}#1`));
  expect(worker.child.exitCode).toBeNull();
});
