import { LifecycleState } from "@aws-sdk/client-auto-scaling";
import { expect, test } from "vitest";
import { isCapacity, MEMBERSHIPS, membershipOf } from "../../src/respond/group/member.ts";

test("every state that Auto Scaling knows has a meaning, and no other", () => {
  expect(Object.keys(MEMBERSHIPS).toSorted()).toEqual(Object.values(LifecycleState).toSorted());
});

test("one whose root volume is exchanged is capacity; one that is retained or detaching is not", () => {
  const counted = Object.values(LifecycleState).filter(isCapacity);
  expect(counted).toEqual(
    expect.arrayContaining(["InService", "Pending:Wait", "ReplacingRootVolume", "RootVolumeReplaced"]),
  );
  expect(counted).not.toContain("Terminating:Retained");
  expect(counted).not.toContain("Detaching");
});

test("a state that is new to us is neither capacity nor gone", () => {
  expect([membershipOf("Pondering"), isCapacity("Pondering")]).toEqual(["aside", false]);
});
