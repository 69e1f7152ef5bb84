import { createRoute, z } from "@hono/zod-openapi";
import type { Facets, Inventory } from "../../inventory/inventory.ts";
import type { ShowApp } from "../deps.ts";
import { fleetSchema, type FleetView } from "../view/now.ts";
import { problems } from "./problems.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/fleet",
  summary: "The instances of all Auto Scaling groups by zone, as the inventory knows them",
  request: { query: z.strictObject({}) },
  responses: {
    200: { description: "The fleet", content: { "application/json": { schema: fleetSchema } } },
    ...problems(400, 401),
  },
});

/** States in which an instance takes work, or soon does: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html */
const THERE = /^(Pending|InService|Standby|Detaching|EnteringStandby|Terminating)/;

export function addFleet(app: ShowApp, inventory: Pick<Inventory, "entries">): void {
  app.openapi(route, (c) => c.json(fleetIn(inventory), 200));
}

interface FleetGroup {
  readonly account: string;
  readonly region: string;
  readonly group: Facets["group"];
}

/** Sorts the instances of all groups by zone. Names sort as people read them. */
function fleetIn(inventory: Pick<Inventory, "entries">): FleetView {
  // Groups of our own account can be known twice, without and with its number.
  const known = new Map<string, FleetGroup>();
  for (const [id, { value }] of inventory.entries("group")) {
    const [account = "", region = ""] = id.split("/");
    const key = value.arn ?? id;
    if (!known.has(key) || /^\d+$/.test(account)) known.set(key, { account, region, group: value });
  }
  const groups = [...known.values()].map(({ account, region, group: value }) => {
    const zones = new Map<string, string[]>();
    for (const { id: instance, availabilityZone, state } of value.instances) {
      if (!THERE.test(state)) continue;
      zones.set(availabilityZone, [...(zones.get(availabilityZone) ?? []), instance]);
    }
    const sorted = [...zones].toSorted(([a], [b]) => a.localeCompare(b));
    return {
      name: value.name,
      account,
      region,
      zones: sorted.map(([zone, instances]) => ({ zone, instances: instances.toSorted() })),
    };
  });
  return {
    groups: groups.toSorted(
      (a, b) => a.name.localeCompare(b.name, "en", { numeric: true }) || a.region.localeCompare(b.region),
    ),
  };
}
