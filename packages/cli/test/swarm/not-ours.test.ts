import { expect, test } from "vitest";
import type { Call } from "@spotkeeper/simulator";
import { virtualClock } from "@spotkeeper/simulator";
import { buildFleet } from "../../src/simulate/swarm/fleet.ts";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import { policyFrom } from "../../src/simulate/swarm/swarm-policy.ts";
import { touchedOf } from "../../src/simulate/swarm/not-ours.ts";
import type { SwarmWorld } from "../../src/simulate/swarm/world.ts";

/** A group of somebody else's, and one of ours with the same name in another place. */
function world(): SwarmWorld {
  for (let seed = 1; ; seed++) {
    const spec = generateWorld(seed);
    const [home] = spec.groups;
    if (home !== undefined && spec.groups.some(({ name }) => name === `place-1/${home.name}`))
      return { ...spec, owners: [{ group: home.name, owner: "Karpenter" }], policy: policyFrom({}) };
  }
}

/** A call that writes. */
const writeIn = (
  { account, name: region }: { readonly account: string; readonly name: string },
  service: Call["service"],
  operation: string,
  input: Call["input"],
): Call => ({ sequence: 1, at: 0, requestId: "", account, region, service, operation, mutating: true, input });

test("a call that names something of somebody else's touches it, where it is called and writes", () => {
  const spec = world();
  const fleet = buildFleet({ clock: virtualClock(0), seed: spec.seed, send: () => {} }, spec);
  const [group] = fleet.notOurs;
  const [member] = group?.members.values() ?? [];
  if (group === undefined || member === undefined) throw new Error("the group is not built");
  const call = writeIn(group.region, "ec2", "TerminateInstances", { InstanceIds: [member.instance.id] });
  expect(touchedOf(fleet, call)).toBe(`${member.instance.id} of ${group.name}`);
  expect(touchedOf(fleet, { ...call, mutating: false })).toBeNull();
  const elsewhere = fleet.regions.find((one) => one !== group.region);
  const byName = { ...call, input: { AutoScalingGroupName: group.name } };
  expect(touchedOf(fleet, byName)).toBe(`${group.name} of ${group.name}`);
  expect(touchedOf(fleet, { ...byName, account: elsewhere?.account ?? "", region: elsewhere?.name ?? "" })).toBeNull();
});

test("a call that names what ECS manages itself touches it", () => {
  const managed = { name: "shop-managed", place: "home", cluster: "shop", desired: 1, spot: true };
  const spec = { ...world(), managed: [managed] };
  const fleet = buildFleet({ clock: virtualClock(0), seed: spec.seed, send: () => {} }, spec);
  const [instance] = fleet.members.get(managed.name) ?? [];
  const where = instance?.region ?? { account: "", name: "" };
  const call = writeIn(where, "ecs", "UpdateContainerInstancesState", {
    containerInstances: [instance?.containerInstance?.arn ?? ""],
    status: "DRAINING",
  });
  expect(touchedOf(fleet, call)).toContain("of what ECS manages");
  expect(touchedOf({ ...fleet, leavesManaged: false }, call)).toBeNull();
});
