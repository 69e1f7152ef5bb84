import { expect, test } from "vitest";
import { targetGroupsOf } from "../../src/inventory/target-groups.ts";
import { factsWith } from "../respond/support.ts";

test("a group's target groups are those that it names, and those that are attached as traffic sources", () => {
  const group = {
    ...factsWith().group!,
    targetGroupArns: ["web"],
    trafficSources: [
      { type: "elbv2", identifier: "web" },
      { type: "elbv2", identifier: "api" },
      { type: "vpc-lattice", identifier: "lattice" },
    ],
  };
  expect(targetGroupsOf(group)).toEqual(["web", "api"]);
});
