import { expect, test } from "vitest";
import type { ArchivedIncident } from "../../src/record/archive/archive.ts";
import { SpotkeeperError } from "../../src/errors.ts";
import type { Incident } from "../../src/model/incident.ts";
import { incident, incidentDoc, T0 } from "../record/support/samples.ts";
import { startShow, type Setting } from "./support/show.ts";

const archived = (n: number, body: Partial<Incident> = {}): ArchivedIncident => ({
  key: `incident#i-${n}#1`,
  version: 1,
  incident: incident(`i-${n}`, { openedAt: T0 + n, closedAt: T0 + n, outcome: "drained", ...body }),
  timeline: [],
});

const exported = (setting: Setting, query: string): Promise<Response> =>
  setting.get(`/api/v1/incidents/export?${query}`);

test("a file has all incidents, however many pages they take: archived and open ones", async () => {
  await using setting = await startShow();
  for (let n = 0; n < 1_200; n += 400)
    await setting.archive.put(Array.from({ length: 400 }, (_, k) => archived(n + k)));
  await setting.ledger.commit([incidentDoc("i-open", { tags: ["open"], body: { openedAt: T0 + 5_000 } })], []);

  const lines = (await (await exported(setting, "format=ndjson")).text()).trimEnd().split("\n");
  const ids = lines.map((line) => (JSON.parse(line) as { instance_id: string }).instance_id);
  expect(ids).toEqual(["i-open", ...Array.from({ length: 1_200 }, (_, n) => `i-${1_199 - n}`)]);

  const json = (await (await exported(setting, "format=json")).json()) as { instance_id: string }[];
  expect(json.map(({ instance_id: id }) => id)).toEqual(ids);
  const csv = (await (await exported(setting, "format=csv")).text()).trimEnd().split("\n");
  expect(csv).toHaveLength(1_202);
});

test("the names are those that dashboards know, and a cell is never run as a formula", async () => {
  await using setting = await startShow();
  await setting.archive.put([
    archived(1, {
      labels: {
        name: '=HYPERLINK("http://evil")',
        instanceType: "m5.large",
        group: 'web, "blue"',
        privateIp: "10.0.0.1",
      },
    }),
  ]);
  const response = await exported(setting, "");
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="incidents.csv"');
  const [head, line] = (await response.text()).split("\n");
  expect(head).toMatch(
    /^timestamp,instance_id,instance_name,instance_type,asg_name,region,availability_zone,private_ip,public_ip,/,
  );
  expect(line).toMatch(
    /^2026-01-01T00:00:00\.001Z,i-1,"'=HYPERLINK\(""http:\/\/evil""\)",m5\.large,"web, ""blue""",eu-west-1,eu-west-1a,10\.0\.0\.1,,/,
  );
});

test("only what the filters select is exported, and nothing is an empty file of its format", async () => {
  await using setting = await startShow();
  await setting.archive.put([archived(1, { labels: { group: "web" } }), archived(2)]);
  const lines = (await (await exported(setting, "format=ndjson&group=web")).text()).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ instance_id: "i-1", asg_name: "web" }]);
  expect(await (await exported(setting, "format=json&group=none")).json()).toEqual([]);
  expect((await exported(setting, "format=xml")).status).toBe(400);
});

test("a store that is unavailable is a problem, and later a file that breaks off", async () => {
  const full = new SpotkeeperError("SK-ARCHIVE-FULL", "No space left.");
  await using setting = await startShow();
  for (let n = 0; n < 800; n += 400) await setting.archive.put(Array.from({ length: 400 }, (_, k) => archived(n + k)));
  let pages = 0;
  const failing = (after: number): typeof setting.archive.list => {
    pages = 0;
    return (...args) => (pages++ < after ? setting.archive.list(...args) : Promise.reject(full));
  };
  await using away = await startShow({}, { archive: { ...setting.archive, list: failing(0) } });
  expect((await exported(away, "")).status).toBe(503);

  await using breaks = await startShow({}, { archive: { ...setting.archive, list: failing(1) } });
  const file = exported(breaks, "format=ndjson").then((response) => response.text());
  await expect(file).rejects.toThrow(/terminated|fetch failed/);
  expect(breaks.logged).toEqual(["error: an export broke off"]);
});
