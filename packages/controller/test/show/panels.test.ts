import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { Incident } from "../../src/model/incident.ts";
import { incident, T0 } from "../record/support/samples.ts";
import { expectAsDocumented } from "./support/openapi.ts";
import { startShow, type Setting } from "./support/show.ts";

async function archived(setting: Setting, ...bodies: readonly Partial<Incident>[]): Promise<void> {
  await setting.archive.put(
    bodies.map((body, n) => ({
      key: `incident#i-${n}#1`,
      version: 1,
      incident: incident(`i-${n}`, { closedAt: T0, outcome: "drained", ...body }),
      timeline: [],
    })),
  );
}

async function panel(setting: Setting, query: string): Promise<unknown> {
  const response = await setting.get(`/api/v1/panels/${query}`);
  return expectAsDocumented(setting.show.url, "get", "/api/v1/panels/{name}", response);
}

const range = `from=${new Date(T0).toISOString()}&to=${new Date(T0 + 86_400_000).toISOString()}`;

test("counts by group, by zone and over time, filtered as the list of incidents is", async () => {
  await using setting = await startShow();
  await archived(
    setting,
    { labels: { group: "web" } },
    { labels: { group: "web" }, availabilityZone: "eu-west-1b", openedAt: T0 + 3_600_000, outcome: "deadline-passed" },
    { labels: { group: "batch" } },
    { labels: {}, openedAt: T0 - 1 },
  );

  expect(await panel(setting, `groups?${range}`)).toMatchObject({
    bucket: null,
    marks: [
      { at: null, name: "web", count: 2 },
      { at: null, name: "batch", count: 1 },
    ],
    rest: 0,
  });
  expect(await panel(setting, `time?${range}&group=web`)).toMatchObject({
    bucket: "hour",
    marks: [
      { at: "2026-01-01T00:00:00.000Z", name: "drained", count: 1 },
      { at: "2026-01-01T01:00:00.000Z", name: "deadline-passed", count: 1 },
    ],
  });
  expect(await panel(setting, `zones?${range}&outcome=deadline-passed`)).toMatchObject({
    marks: [{ at: null, name: "eu-west-1b", count: 1 }],
  });
});

test("without a range, the last 30 days are counted", async () => {
  const now = T0;
  await using setting = await startShow({}, { clock: { ...systemClock, now: () => now } });
  await archived(setting, { openedAt: now - 1 }, { openedAt: now - 31 * 86_400_000 });
  expect(await panel(setting, "outcomes")).toMatchObject({
    from: new Date(now - 30 * 86_400_000).toISOString(),
    to: new Date(now).toISOString(),
    marks: [{ at: null, name: "drained", count: 1 }],
  });
});

test.each([
  ["colours", "name"],
  ["groups?gruop=web", "gruop"],
  ["groups?outcome=fine", "outcome"],
  ["groups?from=yesterday", "from"],
  ["groups?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from"],
  ["groups?limit=5", "limit"],
])("%s is refused by name", async (query, name) => {
  await using setting = await startShow();
  expect(await panel(setting, query)).toMatchObject({
    status: 400,
    code: "SK-SHOW-REQUEST",
    detail: expect.stringContaining(name) as string,
  });
});

test("durations are those of the incidents that the filters select; null where there are too many to sort", async () => {
  await using setting = await startShow();
  const deadline = T0 + 120_000;
  await archived(
    setting,
    { labels: { group: "web" }, deadline, drainedAt: T0 + 20_000, servesAt: T0 + 90_000 },
    { labels: { group: "web" }, deadline, drainedAt: T0 + 125_000 },
    { labels: { group: "batch" }, deadline, drainedAt: T0 + 1_000 },
  );
  const answer = await setting.get(`/api/v1/durations?${range}&group=web`);
  expect(await expectAsDocumented(setting.show.url, "get", "/api/v1/durations", answer)).toMatchObject({
    durations: {
      spare: { n: 2, min: -5, p5: -5, p50: -5, p95: 100, max: 100 },
      replacement: { n: 1, p50: 90 },
      uptime: null,
      lead: null,
    },
  });
  await using full = await startShow();
  const archive = { ...full.archive, durations: () => Promise.resolve(null) };
  await using many = await startShow({}, { archive });
  const none = await many.get(`/api/v1/durations?${range}`);
  expect(await expectAsDocumented(many.show.url, "get", "/api/v1/durations", none)).toMatchObject({ durations: null });
});
