import type { CallContext, JsonObject } from "../../operation.ts";
import { AwsError } from "../../operation.ts";
import type { Page } from "../../fleet/api/page.ts";
import type { Reader } from "../../fleet/api/input.ts";
import type { TargetGroup } from "../../fleet/targets/target-state.ts";
import type { World } from "../../fleet/state.ts";
import { paginate } from "../../fleet/api/page.ts";
import { reader, validationError } from "../../fleet/api/input.ts";
import { regionOf } from "../../fleet/region.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html */
export const needTargetGroup = (world: World, ctx: CallContext, arn: string): TargetGroup => {
  const group = regionOf(world, ctx.account, ctx.region).targetGroups.get(arn);
  if (!group) throw new AwsError("TargetGroupNotFound", "One or more target groups not found");
  return group;
};

/** Returns one page of at most 400, by `Marker`. */
export const pageOf = <T>(read: Reader, all: readonly T[]): Page<T> => {
  const size = read.number("PageSize") ?? 400;
  if (size < 1 || size > 400) throw validationError(`PageSize '${size}' must be between 1 and 400`);
  return paginate(all, size, read.text("Marker"), () => validationError("The Marker is not valid"));
};

/**
 * One target description:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html
 */
export interface Place {
  readonly id: string;
  readonly port: number;
  readonly availabilityZone: string | null;
  readonly quicServerId: string | null;
}

/** Parses the target descriptions of a call; the default port is the target group's. */
export const placesOf = (read: Reader, group: TargetGroup): Place[] =>
  read.objects("Targets").map((target: JsonObject) => {
    const entry = reader(target, validationError);
    return {
      id: entry.needText("Id"),
      port: entry.number("Port") ?? group.port,
      availabilityZone: entry.text("AvailabilityZone") ?? null,
      quicServerId: entry.text("QuicServerId") ?? null,
    };
  });
