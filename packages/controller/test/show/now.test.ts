import { expect, test } from "vitest";
import { NO_FACTS } from "../../src/decide/decide.ts";
import type { MemberSource } from "../../src/notify/message/member.ts";
import type { FleetView, NowView } from "../../src/show/view/now.ts";
import { alertDoc } from "../notify/support/samples.ts";
import { incidentDoc } from "../record/support/samples.ts";
import { group, member } from "../enrich/support/fleet.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { expectAsDocumented } from "./support/openapi.ts";
import { startShow } from "./support/show.ts";

const open = (instance: string, alert: string | null, deadline: number): MemberSource => ({
  doc: incidentDoc(instance, {
    body: {
      deadline,
      openedAt: deadline - 120_000,
      alerts: alert === null ? [] : [{ key: alert, generation: 1 } as never],
    },
  }),
  facts: NO_FACTS,
});

test("what is happening: open incidents, their alerts by deadline with the words of messages, and the last closed one", async () => {
  const now = Date.now();
  const later = { ...alertDoc(), key: "alert#later" };
  const sooner = { ...alertDoc(), key: "alert#sooner" };
  const all = [
    open("i-1", "alert#later", now + 90_000),
    open("i-2", "alert#sooner", now + 60_000),
    open("i-3", null, now + 80_000),
  ];
  await using setting = await startShow({}, { openIncidents: () => Promise.resolve(all) });
  await setting.ledger.commit([later, sooner], []);
  const answer = await setting.get("/api/v1/now");
  const view = (await expectAsDocumented(setting.show.url, "get", "/api/v1/now", answer)) as NowView;
  expect([view.open, view.incidents.map(({ id }) => id)]).toEqual([3, ["i-1#1", "i-3#1", "i-2#1"]]);
  expect(view.alerts.map(({ key, incidents }) => [key, incidents])).toEqual([
    ["alert#sooner", ["i-2#1"]],
    ["alert#later", ["i-1#1"]],
  ]);
  expect(view.alerts[0]?.headline).toContain("i-2");
  expect(view.last).toBeNull();
});

test("no more than 500 incidents are listed, the newest ones; all are counted", async () => {
  const now = Date.now();
  const all = Array.from({ length: 620 }, (_, n) => open(`i-${n}`, null, now + n));
  await using setting = await startShow({}, { openIncidents: () => Promise.resolve(all) });
  const view = (await (await setting.get("/api/v1/now")).json()) as NowView;
  expect([view.open, view.incidents.length, view.incidents[0]?.id]).toEqual([620, 500, "i-619#1"]);
});

test("the fleet is listed by group and zone; a group that is known twice is listed once", async () => {
  const inventory = createMemoryInventory();
  const web = group("web", { instances: [member("i-2"), member("i-1"), { ...member("i-3"), state: "Terminated" }] });
  inventory.put("group", "own/eu-west-1/web", web, 1);
  inventory.put("group", "111122223333/eu-west-1/web", web, 1);
  await using setting = await startShow({}, { inventory });
  const answer = await setting.get("/api/v1/fleet");
  const { groups } = (await expectAsDocumented(setting.show.url, "get", "/api/v1/fleet", answer)) as FleetView;
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({ name: "web", account: "111122223333", region: "eu-west-1" });
  expect(groups[0]?.zones.flatMap(({ instances }) => instances)).toEqual(["i-1", "i-2"]);
});
