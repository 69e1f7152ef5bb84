import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createAgent } from "@spotkeeper/agent";
import { startLoad } from "../packages/agent/test/support/load.ts";
import { startHttp2Load } from "../packages/agent/test/support/load-http2.ts";
import { paths, sliding, startMetadata } from "../packages/agent/test/support/metadata-server.ts";
import { servers } from "../packages/agent/test/support/servers.ts";
import { poller } from "./agent/poller.ts";
import { workDrains } from "./agent/work.ts";
import type { Row } from "./support/row.ts";
import { quantile } from "../packages/cli/src/simulate/quantile.ts";

export const name = "agent";

const DAEMON = fileURLToPath(new URL("../packages/agent/dist/main.js", import.meta.url));
const NOTICES = 50;
const IDLE_SECONDS = 600;

/**
 * Measures how soon a notice is seen, what an idle agent costs, and what a drain under load loses, compared with the
 * servers' own `close`.
 */
export async function run(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const poll of [1_000, 100]) rows.push(...(await detection(poll)));
  for (const server of Object.keys(servers)) rows.push(...(await drains(server)));
  rows.push(...(await workDrains()));
  rows.push(...(await idle(false)), ...(await idle(true)));
  return rows;
}

/** Measures from the change of the metadata to the call of a listener: ten agents at once, five times each. */
async function detection(poll: number): Promise<Row[]> {
  const latencies: number[] = [];
  const one = async (): Promise<void> => {
    await using metadata = await startMetadata();
    const agent = createAgent({ metadata: metadata.url, poll, exit: false, signals: [], drainOn: [] });
    let began = 0;
    let heard = (): void => {};
    agent.on("notice", () => {
      latencies.push(performance.now() - began);
      heard();
    });
    await agent.start();
    for (let notice = 0; notice < NOTICES / 10; notice++) {
      await delay(2.5 * poll + Math.random() * poll);
      began = performance.now();
      metadata.pages.set(paths.interruption, sliding());
      await new Promise<void>((resolve) => (heard = resolve));
      metadata.pages.delete(paths.interruption);
    }
    await agent.stop();
  };
  await Promise.all(Array.from({ length: 10 }, one));
  const what = `a notice is seen, poll ${poll} ms, ${latencies.length} notices`;
  return [
    { what: `${what}: p50`, value: quantile(latencies, 0.5) ?? Number.NaN, unit: "ms" },
    { what: `${what}: p99`, value: quantile(latencies, 0.99) ?? Number.NaN, unit: "ms" },
  ];
}

/** Client and server share this process, so latencies are only comparable with each other. */
async function drains(server: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const how of ["the agent", "its own close()"] as const) {
    const agent = createAgent({ metadata: false, exit: false, signals: [] });
    const start = servers[server];
    if (start === undefined) throw new Error(`there is no server ${server}`);
    const { url, drainable, ownClose } = await start(agent);
    if (how === "the agent") agent.onDrain(server, drainable);
    const load = server === "node:http2" ? startHttp2Load(url) : startLoad({ url });
    while (load.served() < 2_000) await delay(10);
    load.draining();
    // A `close` that waits for clients which keep coming never ends.
    await (how === "the agent" ? agent.drain() : Promise.race([ownClose(), delay(5_000)]));
    const { lost, latencies } = await load.stop();
    const what = `${server}, 200 connections, drained by ${how}`;
    rows.push({ what: `${what}: requests lost`, value: lost.length, unit: "" });
    rows.push({ what: `${what}: p99`, value: quantile(latencies, 0.99) ?? Number.NaN, unit: "ms" });
  }
  return rows;
}

/**
 * Compares the daemon, watching a metadata service without notices, with a process that only polls it with `node:http`.
 *
 * @param closes true if the metadata service closes each connection, as the one of EC2 does (docs/aws-facts.md, 173)
 */
async function idle(closes: boolean): Promise<Row[]> {
  execFileSync(process.execPath, [DAEMON, "--version"]);
  await using metadata = await startMetadata();
  metadata.closes = closes;
  const over = closes ? ", a connection for each request" : "";
  const env = { PATH: process.env["PATH"], AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url };
  const calls = { "the daemon": [DAEMON, "--port", "0"], "a process that only polls": ["--eval", poller] };
  const processes = Object.entries(calls).map(
    ([what, call]) => [what, spawn(process.execPath, call, { env, stdio: "ignore" })] as const,
  );
  try {
    await delay(5_000);
    const before = processes.map(([, { pid }]) => cpuSeconds(pid));
    await delay(IDLE_SECONDS * 1_000);
    return processes.flatMap(([what, { pid }], at) => [
      { what: `${what} after ${IDLE_SECONDS / 60} min${over}: resident`, value: residentMegabytes(pid), unit: "MB" },
      {
        what: `${what}, idle${over}: CPU`,
        value: ((cpuSeconds(pid) - (before[at] ?? 0)) * 60) / IDLE_SECONDS,
        unit: "s/min",
      },
    ]);
  } finally {
    for (const [, child] of processes) child.kill("SIGKILL");
  }
}

/**
 * Returns user and system time; the kernel counts hundredths of a second
 * (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
 */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMegabytes(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
}
