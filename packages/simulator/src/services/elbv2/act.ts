import type { Operation } from "../../operation.ts";
import { integer, list, structure } from "../../fleet/api/shapes.ts";
import { needTargetGroup, placesOf } from "./find.ts";
import { reader, validationError } from "../../fleet/api/input.ts";
import { deregisterTarget, registerTarget, targetKey } from "../../fleet/targets.ts";
import { AwsError } from "../../operation.ts";
import type { World } from "../../fleet/state.ts";
import { isAlive } from "../../fleet/state.ts";
import { regionOf } from "../../fleet/region.ts";

const input = { Targets: list(structure({ Port: integer })) };

/** A target that is not registered is no error: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html */
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

/** An instance must run: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html */
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
      const known = group.targets.get(targetKey(place.id, place.port));
      const instance = group.targetType === "instance" ? (instances.get(place.id) ?? null) : (known?.instance ?? null);
      if (group.targetType === "instance" && (!instance || !isAlive(instance))) {
        throw new AwsError(
          "InvalidTarget",
          `The following targets are not in a running state and cannot be registered: '${place.id}'`,
        );
      }
      return { ...place, instance };
    });
    for (const place of places) registerTarget(world, group, place);
    return {};
  },
};
