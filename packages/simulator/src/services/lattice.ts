/** Amazon VPC Lattice: the operations that Spotkeeper uses. */
import { deregisterLattice, latticeKey, registerLattice } from "../fleet/targets/lattice.ts";
import { reader, type Reader, type Refuse } from "../fleet/api/input.ts";
import { paginate } from "../fleet/api/page.ts";
import { integer } from "../fleet/api/shapes.ts";
import { regionOf } from "../fleet/region.ts";
import { isAlive, type Instance, type World } from "../fleet/state.ts";
import type { LatticeTarget, LatticeTargetGroup } from "../fleet/targets/traffic-state.ts";
import type { CallContext, JsonObject, Operation } from "../operation.ts";
import { AwsError } from "../operation.ts";

const service = "vpc-lattice";
const refuse: Refuse = (message) => new AwsError("ValidationException", message);

/**
 * Finds a target group by id or ARN: https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_ListTargets.html
 */
const needGroup = (world: World, ctx: CallContext, read: Reader): LatticeTargetGroup => {
  const given = read.needText("targetGroupIdentifier");
  const group = regionOf(world, ctx.account, ctx.region).latticeTargetGroups.get(
    given.slice(given.lastIndexOf("/") + 1),
  );
  if (!group) throw new AwsError("ResourceNotFoundException", `Target group ${given} not found`, 404);
  return group;
};

interface Place {
  readonly id: string;
  readonly port: number;
}

/**
 * Parses `least` to `most` targets; the default port is the target group's (assumed: the page names the protocol's).
 */
const placesIn = (read: Reader, group: LatticeTargetGroup, least: number, most: number): Place[] => {
  const targets = read.objects("targets");
  if (targets.length < least || targets.length > most) throw refuse(`targets must have ${least} to ${most} items`);
  return targets.map((one) => {
    const target = reader(one, refuse);
    return { id: target.needText("id"), port: target.number("port") ?? group.port };
  });
};

const pageOf = <T>(read: Reader, all: readonly T[]): ReturnType<typeof paginate<T>> => {
  const size = read.number("maxResults") ?? 100;
  if (size < 1 || size > 100) throw refuse("maxResults must be between 1 and 100");
  return paginate(all, size, read.text("nextToken"), () => refuse("The nextToken is not valid"));
};

const listTargetGroups: Operation<World> = {
  service,
  name: "ListTargetGroups",
  mutating: false,
  input: { maxResults: integer },
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const type = read.text("targetGroupType");
    const all = [...regionOf(world, ctx.account, ctx.region).latticeTargetGroups.values()];
    const page = pageOf(
      read,
      all.filter((group) => type === undefined || group.type === type),
    );
    const items = page.items.map((group) => ({
      id: group.id,
      arn: group.arn,
      name: group.name,
      type: group.type,
      port: group.port,
      protocol: group.protocol,
      vpcIdentifier: group.region.vpcId,
      status: "ACTIVE",
      createdAt: new Date(group.createdAt).toISOString(),
      serviceArns: group.inUse ? [`${group.arn.replace(/targetgroup\/tg-/, "service/svc-")}`] : [],
    }));
    return { items, nextToken: page.next };
  },
};

/** At most 20 targets can be named: https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_ListTargets.html */
const listTargets: Operation<World> = {
  service,
  name: "ListTargets",
  mutating: false,
  input: { maxResults: integer },
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const group = needGroup(world, ctx, read);
    const asked = placesIn(read, group, 0, 20).map(({ id, port }) => latticeKey(id, port));
    const all = [...group.targets].filter(([key]) => asked.length === 0 || asked.includes(key));
    const page = pageOf(read, all);
    const items = page.items.map(([, { id, port, status }]) => ({ id, port, status: statusOf(group, status) }));
    return { items, nextToken: page.next };
  },
};

const statusOf = (group: LatticeTargetGroup, status: LatticeTarget["status"]): string =>
  group.inUse || status === "DRAINING" ? status : "UNUSED";

/** Only a target that is not registered is refused (assumed, also its code: AWS lists no codes). */
const deregisterTargets: Operation<World> = {
  service,
  name: "DeregisterTargets",
  mutating: true,
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const group = needGroup(world, ctx, read);
    const successful: JsonObject[] = [];
    const unsuccessful: JsonObject[] = [];
    for (const { id, port } of placesIn(read, group, 1, 100)) {
      const known = group.targets.get(latticeKey(id, port));
      if (known === undefined) {
        unsuccessful.push({ id, port, failureCode: "TargetNotFound", failureMessage: "The target is not registered" });
        continue;
      }
      world.oracle.effect("deregister", known.name, known.status === "DRAINING");
      deregisterLattice(world, group, id, port);
      successful.push({ id, port });
    }
    return { successful, unsuccessful };
  },
};

/** assumed: as with Elastic Load Balancing, an instance must run. */
const registerTargets: Operation<World> = {
  service,
  name: "RegisterTargets",
  mutating: true,
  run: (world, input, ctx) => {
    const read = reader(input, refuse);
    const group = needGroup(world, ctx, read);
    const successful: JsonObject[] = [];
    const unsuccessful: JsonObject[] = [];
    for (const { id, port } of placesIn(read, group, 1, 100)) {
      const instance = instanceOf(world, group, id);
      if (group.type === "INSTANCE" && (instance === null || !isAlive(instance))) {
        unsuccessful.push({ id, port, failureCode: "InvalidTarget", failureMessage: "The instance does not run" });
        continue;
      }
      const known = group.targets.get(latticeKey(id, port));
      const again = known !== undefined && known.status !== "DRAINING";
      world.oracle.effect("register", `lattice/${group.name}/${latticeKey(id, port)}`, again);
      registerLattice(world, group, { id, port, instance: known?.instance ?? instance });
      successful.push({ id, port });
    }
    return { successful, unsuccessful };
  },
};

const instanceOf = (world: World, { region }: LatticeTargetGroup, id: string): Instance | null =>
  world.instances.get(id) ?? [...region.instances.values()].find(({ privateIp }) => privateIp === id) ?? null;

export const latticeOperations: readonly Operation<World>[] = [
  listTargetGroups,
  listTargets,
  deregisterTargets,
  registerTargets,
];
