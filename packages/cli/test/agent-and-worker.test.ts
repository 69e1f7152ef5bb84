import { interrupt } from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { type MetadataServer, paths } from "../../agent/test/support/metadata-server.ts";
import { incidentsOf, setting, startDaemon } from "./survive/support/agent.ts";

/** AWS's notice in the metadata of an instance, with its own time for the end. */
function notice(metadata: MetadataServer, deadline: number): void {
  const time = new Date(deadline).toISOString().replace(/\.\d+Z$/, "Z");
  metadata.pages.set(paths.interruption, JSON.stringify({ action: "terminate", time }));
}

test.each([
  ["the instance sees it first", true],
  ["AWS's message comes first", false],
])("%s: one incident, its own view on the timeline, and nothing done twice", async (_, agentFirst) => {
  const { served, worker } = await setting();
  const instance = served.fresh("plain");
  const { metadata } = await startDaemon(instance, worker);
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
  const { metadata } = await startDaemon(instance, worker);
  const texts = async (): Promise<readonly string[]> =>
    (await incidentsOf(instance, worker)).flatMap(({ timeline }) => timeline.map(({ text }) => text));
  notice(metadata, served.world.clock.now() + 120_000);
  await expect.poll(texts).toContainEqual(expect.stringContaining("warning (terminate)"));
  metadata.pages.delete(paths.interruption);
  await expect.poll(texts).toContainEqual(expect.stringContaining("gone from the instance's metadata"));
  // Whether the instance stays is not known before the deadline is over.
  expect(await incidentsOf(instance, worker)).toMatchObject([{ open: true }]);
});
