import type { JsonObject, Operation } from "../../operation.ts";
import type { Target, TargetGroup } from "../../fleet/targets/target-state.ts";
import { integer, list, structure } from "../../fleet/api/shapes.ts";
import { needTargetGroup, pageOf, placesOf } from "./find.ts";
import { reader, validationError } from "../../fleet/api/input.ts";
import { AwsError } from "../../operation.ts";
import type { World } from "../../fleet/state.ts";
import { regionOf } from "../../fleet/region.ts";
import { targetKey } from "../../fleet/targets/targets.ts";

const renderGroup = (group: TargetGroup): JsonObject => ({
  TargetGroupArn: group.arn,
  TargetGroupName: group.name,
  Protocol: group.protocol,
  Port: group.port,
  VpcId: group.vpcId,
  HealthCheckEnabled: true,
  HealthCheckIntervalSeconds: 10,
  HealthCheckTimeoutSeconds: 5,
  HealthyThresholdCount: 2,
  UnhealthyThresholdCount: 2,
  HealthCheckPath: "/",
  LoadBalancerArns: group.loadBalancers.map(({ arn }) => arn),
  TargetType: group.targetType,
});

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html */
export const describeTargetGroups: Operation<World> = {
  service: "elasticloadbalancingv2",
  name: "DescribeTargetGroups",
  mutating: false,
  input: { PageSize: integer },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const all = [...regionOf(world, ctx.account, ctx.region).targetGroups.values()];
    const arns = read.texts("TargetGroupArns");
    const names = read.texts("Names");
    const balancer = read.text("LoadBalancerArn");
    const missing = arns?.some((arn) => !all.some((group) => group.arn === arn)) ?? false;
    if (missing || names?.some((name) => !all.some((group) => group.name === name))) {
      throw new AwsError("TargetGroupNotFound", "One or more target groups not found");
    }
    const matching = all.filter(
      (group) =>
        (arns === undefined || arns.includes(group.arn)) &&
        (names === undefined || names.includes(group.name)) &&
        (balancer === undefined || group.loadBalancers.some(({ arn }) => arn === balancer)),
    );
    const page = pageOf(read, matching);
    return { TargetGroups: page.items.map(renderGroup), NextMarker: page.next };
  },
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroupAttributes.html */
export const describeTargetGroupAttributes: Operation<World> = {
  service: "elasticloadbalancingv2",
  name: "DescribeTargetGroupAttributes",
  mutating: false,
  run: (world, input, ctx) => {
    const group = needTargetGroup(world, ctx, reader(input, validationError).needText("TargetGroupArn"));
    return { Attributes: [...group.attributes].map(([Key, Value]) => ({ Key, Value })) };
  },
};

const descriptions: Readonly<Record<string, string>> = {
  "Elb.InitialHealthChecking": "Initial health checks in progress",
  "Target.DeregistrationInProgress": "Target deregistration is in progress",
  "Target.Timeout": "Request timed out",
  "Target.NotRegistered": "Target is not registered to the target group",
  "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
};

const health = (
  { id, port, quicServerId }: Pick<Target, "id" | "port" | "quicServerId">,
  state: string,
  reason: string | null,
  zone?: string,
): JsonObject => ({
  Target: {
    Id: id,
    Port: port,
    ...(zone === undefined ? {} : { AvailabilityZone: zone }),
    ...(quicServerId === null ? {} : { QuicServerId: quicServerId }),
  },
  HealthCheckPort: String(port),
  TargetHealth: {
    State: state,
    ...(reason === null ? {} : { Reason: reason, Description: descriptions[reason] ?? reason }),
  },
});

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AdministrativeOverride.html */
const override: JsonObject = {
  AdministrativeOverride: {
    State: "zonal_shift_active",
    Reason: "AdministrativeOverride.ZonalShiftActive",
    Description: "Zonal shift is active",
  },
};

const renderTarget = (target: Target, shifted: ReadonlySet<string>): JsonObject => {
  const zone = target.availabilityZone ?? target.instance?.zone.name;
  const { loadBalancers, zonesOff } = target.group;
  // Also if it is in a zone that the load balancer is not enabled for:
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
  const isOff = loadBalancers.length === 0 || (zone !== undefined && zonesOff.has(zone));
  const isUnused = isOff && target.state !== "draining";
  const [state, reason] = isUnused ? ["unused", "Target.NotInUse"] : [target.state, target.reason];
  return {
    ...health(target, state, reason, zone),
    ...(zone !== undefined && shifted.has(zone) ? override : {}),
  };
};

/**
 * No pages. A named target that is not registered is `unused`:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
 */
export const describeTargetHealth: Operation<World> = {
  service: "elasticloadbalancingv2",
  name: "DescribeTargetHealth",
  mutating: false,
  input: { Targets: list(structure({ Port: integer })) },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const group = needTargetGroup(world, ctx, read.needText("TargetGroupArn"));
    const asked = placesOf(read, group);
    const { shiftedZones } = regionOf(world, ctx.account, ctx.region);
    const targets =
      asked.length === 0
        ? [...group.targets.values()].map((target) => renderTarget(target, shiftedZones))
        : asked.map((place) => {
            const target = group.targets.get(targetKey(place.id, place.port));
            return target ? renderTarget(target, shiftedZones) : health(place, "unused", "Target.NotRegistered");
          });
    return { TargetHealthDescriptions: targets };
  },
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html */
export const describeLoadBalancers: Operation<World> = {
  service: "elasticloadbalancingv2",
  name: "DescribeLoadBalancers",
  mutating: false,
  input: { PageSize: integer },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const region = regionOf(world, ctx.account, ctx.region);
    const all = [...region.loadBalancers.values()];
    const arns = read.texts("LoadBalancerArns");
    const names = read.texts("Names");
    const missing = arns?.some((arn) => !region.loadBalancers.has(arn)) ?? false;
    if (missing || names?.some((name) => !all.some((balancer) => balancer.name === name))) {
      throw new AwsError("LoadBalancerNotFound", "One or more load balancers not found");
    }
    const matching = all.filter(
      (balancer) =>
        (arns === undefined || arns.includes(balancer.arn)) && (names === undefined || names.includes(balancer.name)),
    );
    const page = pageOf(read, matching);
    return {
      LoadBalancers: page.items.map((balancer) => ({
        LoadBalancerArn: balancer.arn,
        LoadBalancerName: balancer.name,
        DNSName: balancer.dnsName,
        Scheme: "internet-facing",
        Type: balancer.type,
        State: { Code: "active" },
        IpAddressType: "ipv4",
        AvailabilityZones: region.zones.map(({ name, subnetId }) => ({ ZoneName: name, SubnetId: subnetId })),
      })),
      NextMarker: page.next,
    };
  },
};
