import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { IncidentDetailView, IncidentView } from "@spotkeeper/controller";
import type { Instance } from "@spotkeeper/simulator";
import { expect, onTestFinished } from "vitest";
import { type MetadataServer, startMetadata } from "../../../../agent/test/support/metadata-server.ts";
import { type Child, createHome, type Home, INGEST_TOKEN, startRun } from "./child.ts";
import { ACCOUNT, REGION, type Served, serveFleet } from "./fleet.ts";

const DAEMON = fileURLToPath(new URL("../../../../agent/src/main.ts", import.meta.url));
const DOCUMENT = "/latest/dynamic/instance-identity/document";

/** The real worker over a simulated fleet. */
export async function setting(): Promise<{ readonly served: Served; readonly home: Home; readonly worker: Child }> {
  const served = await serveFleet();
  onTestFinished(() => served.server.close());
  const home = createHome(served);
  return { served, home, worker: await startWorker(served, home) };
}

/** One more life of the worker. */
export async function startWorker(served: Served, home: Home): Promise<Child> {
  const worker = startRun(served, home);
  onTestFinished(() => void worker.process.kill("SIGKILL"));
  await expect.poll(() => urlOf(worker), { timeout: 30_000 }).not.toBeNull();
  return worker;
}

export const urlOf = (worker: Child): string | null =>
  /"url":"([^"]+)".*the worker runs/.exec(worker.log())?.[1] ?? null;

export interface Agent {
  readonly metadata: MetadataServer;
  readonly process: ChildProcess;
}

/** The real daemon beside an application on this instance, or as the parent of `command`, told of its controller. */
export async function startDaemon({ id }: Instance, worker: Child, command: readonly string[] = []): Promise<Agent> {
  const metadata = await startMetadata();
  const document = { instanceId: id, region: REGION, accountId: ACCOUNT, availabilityZone: `${REGION}a` };
  metadata.pages.set(DOCUMENT, JSON.stringify(document));
  const args = ["--conditions=@spotkeeper/source", DAEMON, "--port", "0", "--poll", "100ms"];
  const own = command.length === 0 ? [] : ["--", ...command];
  const child = spawn(process.execPath, [...args, "--controller", urlOf(worker) ?? "", ...own], {
    stdio: "ignore",
    env: {
      PATH: process.env["PATH"],
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
      SPOTKEEPER_TOKEN: INGEST_TOKEN,
    },
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await metadata[Symbol.asyncDispose]();
  });
  return { metadata, process: child };
}

/** The incidents of an instance, with their timelines, as the API shows them. */
export async function incidentsOf({ id }: Instance, worker: Child): Promise<readonly IncidentDetailView[]> {
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${urlOf(worker)}/api/v1/incidents${path}`, { signal: AbortSignal.timeout(10_000) });
    return (await answer.json()) as T;
  };
  const { items } = await get<{ readonly items: readonly IncidentView[] }>("");
  const mine = items.filter(({ subject }) => subject.id === id);
  return Promise.all(mine.map((one) => get<IncidentDetailView>(`/${encodeURIComponent(one.id)}`)));
}
