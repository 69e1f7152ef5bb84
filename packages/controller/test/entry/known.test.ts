import { expect, test } from "vitest";
import { knownIn, knownText, logFirstRead, scopeText } from "../../src/entry/known.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { group, place } from "../enrich/support/fleet.ts";

const at = (account: string | null, region: string): { readonly account: string | null; readonly region: string } => ({
  account,
  region,
});

test("a line says where a worker listens and looks", () => {
  expect(scopeText(1, [at(null, "eu-west-1")])).toBe("1 queue, 1 account, region eu-west-1");
  expect(scopeText(2, [at(null, "eu-west-1"), at("210987654321", "eu-west-1"), at(null, "us-east-1")])).toBe(
    "2 queues, 2 accounts, regions eu-west-1, us-east-1",
  );
  expect(scopeText(0, [])).toBe("0 queues, no region: set aws.regions, and the fleet is known in advance");
});

test("the first read is logged with what is known now, and with what could not be read", () => {
  const inventory = createMemoryInventory();
  inventory.put("group", "111122223333/eu-west-1/web", group("web"), 1);
  inventory.put("health", "arn:a", [{ id: "i-1" }, { id: "i-2" }] as never, 1);
  inventory.put("clusters", "111122223333/eu-west-1", [], 1);
  expect(knownText(knownIn(inventory))).toBe(
    "1 group, 0 clusters, 0 services, 0 instances, 0 target groups with 2 targets",
  );
  const lines: string[] = [];
  const log = {
    info: (_: object, text: string) => void lines.push(`info ${text}`),
    warn: (_: object, text: string) => void lines.push(`warn ${text}`),
  };
  logFirstRead(log as never, inventory, place, []);
  logFirstRead(log as never, inventory, { ...place, account: null }, ["ecs:ListClusters: AccessDenied: no"]);
  expect(lines).toEqual([
    "info the fleet of 111122223333 in eu-west-1 was read; known now: 1 group, 0 clusters, 0 services, 0 instances, 0 target groups with 2 targets",
    "warn not all of the fleet of the own account in eu-west-1 could be read (ecs:ListClusters: AccessDenied: no); known now: 1 group, 0 clusters, 0 services, 0 instances, 0 target groups with 2 targets",
  ]);
});
