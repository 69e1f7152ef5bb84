import type { Operation } from "../../operation.ts";
import { integer, list, structure } from "../../fleet/api/shapes.ts";
import { needTargetGroup, type Place, placesOf } from "./find.ts";
import type { TargetGroup } from "../../fleet/targets/target-state.ts";
import { reader, validationError } from "../../fleet/api/input.ts";
import { deregisterTarget, registerTarget, targetKey } from "../../fleet/targets/targets.ts";
import { AwsError } from "../../operation.ts";
import type { Instance, World } from "../../fleet/state.ts";
import { isAlive } from "../../fleet/state.ts";
import { regionOf } from "../../fleet/region.ts";

const input = { Targets: list(structure({ Port: integer })) };

/**
 * A target that is not registered is no error:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html
 */
export const deregisterTargets: Operation<World> = {
  service: "elasticloadbalancingv2",
  name: "DeregisterTargets",
  mutating: true,
  input,
  run: (world, given, ctx) => {
    const read = reader(given, validationError);
    const group = needTargetGroup(world, ctx, read.needText("TargetGroupArn"));
    const places = placesOf(read, group);
    if (places.length === 0) throw validationError("Targets must have at least one entry");
    for (const { id, port } of places) {
      const target = group.targets.get(targetKey(id, port));
      world.oracle.effect("deregister", `${group.name}/${id}:${port}`, !target || target.state === "draining");
      if (target) deregisterTarget(world, target);
    }
    return {};
  },
};

/** Returns true for addresses of the fleet's VPC. */
const isInVpc = (address: string): boolean => /^(10\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address);

/**
 * Checks a target description. The zone is required for an address outside the VPC, and not supported for instances. A
 * server id is required for QUIC, and not allowed otherwise (the messages are assumed):
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html
 */
const checkPlace = ({ protocol, targetType }: TargetGroup, { id, availabilityZone, quicServerId }: Place): void => {
  if (targetType === "instance" && availabilityZone !== null)
    throw validationError("You cannot specify an Availability Zone for targets of type instance");
  if (targetType === "ip" && availabilityZone === null && !isInVpc(id))
    throw validationError(`You must specify an Availability Zone for '${id}', which is outside the VPC`);
  const isQuic = protocol === "QUIC" || protocol === "TCP_QUIC";
  if (isQuic && (quicServerId === null || !/^0x[0-9a-f]{16}$/.test(quicServerId)))
    throw validationError(`A QUIC server ID is required for '${id}'`);
  if (!isQuic && quicServerId !== null) throw validationError("A QUIC server ID is for QUIC and TCP_QUIC only");
};

/**
 * An instance must run: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
 */
export const registerTargets: Operation<World> = {
  service: "elasticloadbalancingv2",
  name: "RegisterTargets",
  mutating: true,
  input,
  run: (world, given, ctx) => {
    const read = reader(given, validationError);
    const group = needTargetGroup(world, ctx, read.needText("TargetGroupArn"));
    const { instances } = regionOf(world, ctx.account, ctx.region);
    const places = placesOf(read, group).map((place) => {
      checkPlace(group, place);
      const known = group.targets.get(targetKey(place.id, place.port));
      const instance =
        group.targetType === "instance"
          ? (instances.get(place.id) ?? null)
          : (known?.instance ?? withAddress(instances.values(), group, place.id));
      if (group.targetType === "instance" && (!instance || !isAlive(instance))) {
        throw new AwsError(
          "InvalidTarget",
          `The following targets are not in a running state and cannot be registered: '${place.id}'`,
        );
      }
      return { ...place, instance };
    });
    for (const place of places) {
      const known = group.targets.get(targetKey(place.id, place.port));
      const again = known !== undefined && known.state !== "draining";
      world.oracle.effect("register", `${group.name}/${place.id}:${place.port}`, again);
      registerTarget(world, group, place);
    }
    return {};
  },
};

/** Returns the instance with this address in the target group's VPC; null if there is none. */
const withAddress = (instances: Iterable<Instance>, { vpcId }: TargetGroup, address: string): Instance | null =>
  [...instances].find(
    (one) => one.vpcId === vpcId && isAlive(one) && [one.privateIp, ...one.secondaryAddresses].includes(address),
  ) ?? null;
