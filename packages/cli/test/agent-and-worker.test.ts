import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { IncidentDetailView, IncidentView } from "@spotkeeper/controller";
import { type Instance, interrupt } from "@spotkeeper/simulator";
import { expect, onTestFinished, test } from "vitest";
import { type MetadataServer, paths, startMetadata } from "../../agent/test/support/metadata-server.ts";
import { type Child, createHome, INGEST_TOKEN, startRun } from "./survive/support/child.ts";
import { ACCOUNT, REGION, type Served, serveFleet } from "./survive/support/fleet.ts";

const DAEMON = fileURLToPath(new URL("../../agent/src/main.ts", import.meta.url));
const DOCUMENT = "/latest/dynamic/instance-identity/document";

/** The real worker over a simulated fleet. */
async function setting(): Promise<{ readonly served: Served; readonly worker: Child }> {
  const served = await serveFleet();
  const worker = startRun(served, createHome(served));
  onTestFinished(async () => {
    worker.process.kill("SIGKILL");
    await served.server.close();
  });
  await expect.poll(() => urlOf(worker)).not.toBeNull();
  return { served, worker };
}

const urlOf = (worker: Child): string | null => /"url":"([^"]+)".*the worker runs/.exec(worker.log())?.[1] ?? null;

/** The real daemon beside an application on this instance, told of its controller. */
async function startDaemon({ id }: Instance, worker: Child): Promise<MetadataServer> {
  const metadata = await startMetadata();
  const document = { instanceId: id, region: REGION, accountId: ACCOUNT, availabilityZone: `${REGION}a` };
  metadata.pages.set(DOCUMENT, JSON.stringify(document));
  const args = ["--conditions=@spotkeeper/source", DAEMON, "--port", "0", "--poll", "100ms"];
  const child = spawn(process.execPath, [...args, "--controller", urlOf(worker) ?? ""], {
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
  return metadata;
}

/** AWS's notice in the metadata of an instance, with its own time for the end. */
function notice(metadata: MetadataServer, deadline: number): void {
  const time = new Date(deadline).toISOString().replace(/\.\d+Z$/, "Z");
  metadata.pages.set(paths.interruption, JSON.stringify({ action: "terminate", time }));
}

/** The incidents of an instance, with their timelines, as the API shows them. */
async function incidentsOf({ id }: Instance, worker: Child): Promise<readonly IncidentDetailView[]> {
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${urlOf(worker)}/api/v1/incidents${path}`, { signal: AbortSignal.timeout(10_000) });
    return (await answer.json()) as T;
  };
  const { items } = await get<{ readonly items: readonly IncidentView[] }>("");
  const mine = items.filter(({ subject }) => subject.id === id);
  return Promise.all(mine.map((one) => get<IncidentDetailView>(`/${encodeURIComponent(one.id)}`)));
}

test.each([
  ["the instance sees it first", true],
  ["AWS's message comes first", false],
])("%s: one incident, its own view on the timeline, and nothing done twice", async (_, agentFirst) => {
  const { served, worker } = await setting();
  const instance = served.fresh("plain");
  const metadata = await startDaemon(instance, worker);
  const seen = (source: string) => async (): Promise<boolean> =>
    (await incidentsOf(instance, worker)).some(({ signals }) => signals.some((signal) => signal.source === source));

  if (agentFirst) {
    notice(metadata, served.world.clock.now() + 120_000);
    await expect.poll(seen("agent")).toBe(true);
    interrupt(served.world, instance.id, {});
  } else {
    interrupt(served.world, instance.id, {});
    await expect.poll(seen("sqs")).toBe(true);
    notice(metadata, instance.notice?.reclaimAt ?? Number.NaN);
  }
  await expect.poll(async () => (await seen("agent")()) && (await seen("sqs")())).toBe(true);
  await expect.poll(async () => (await incidentsOf(instance, worker))[0]?.open, { timeout: 90_000 }).toBe(false);

  const found = await incidentsOf(instance, worker);
  expect(found).toHaveLength(1);
  // At twelve times the speed a busy machine may come too late to drain, but not to see it through.
  expect(["drained", "deadline-passed"]).toContain(found[0]?.outcome);
  const texts = found[0]?.timeline.map(({ text }) => text) ?? [];
  expect(texts.filter((text) => text.includes("The instance saw it itself."))).toHaveLength(1);
  expect(served.world.oracle.duplicates()).toEqual([]);
});

test("a notice that goes from the instance's metadata is told on the timeline, and settles nothing", async () => {
  const { served, worker } = await setting();
  const instance = served.fresh("plain");
  const metadata = await startDaemon(instance, worker);
  const texts = async (): Promise<readonly string[]> =>
    (await incidentsOf(instance, worker)).flatMap(({ timeline }) => timeline.map(({ text }) => text));
  notice(metadata, served.world.clock.now() + 120_000);
  await expect.poll(texts).toContainEqual(expect.stringContaining("warning (terminate)"));
  metadata.pages.delete(paths.interruption);
  await expect.poll(texts).toContainEqual(expect.stringContaining("gone from the instance's metadata"));
  // Whether the instance stays is not known before the deadline is over.
  expect(await incidentsOf(instance, worker)).toMatchObject([{ open: true }]);
});
