import { later } from "./later.ts";
import type { Ms } from "../operation.ts";
import type { Delivery } from "./events.ts";
import type { Instance, InterruptionAction, World } from "./state.ts";
import { partitionOf, poolKey } from "./region.ts";
import { endInstance } from "./instances.ts";
import { publish } from "./events.ts";
import { isAlive } from "./state.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html */
const noticePeriod: Ms = 120_000;

export interface InterruptOptions extends Delivery {
  readonly action?: InterruptionAction;
  /** If set, a rebalance recommendation comes now and the warning this much later; null means no recommendation. */
  readonly rebalanceLead?: Ms | null;
  /** Whether the notice is cancelled: the instance lives on. */
  readonly survives?: boolean;
  /** Whether the instance goes without a warning. */
  readonly missed?: boolean;
  /** For this long, the pool has no more capacity. */
  readonly exhaust?: Ms;
}

/** Returns the ARN in warnings, which has a zone in place of the region, and no account: docs/aws-facts.md, 2. */
const warningArn = ({ id, zone, region }: Instance): string =>
  `arn:${partitionOf(region.name)}:ec2:${zone.name}:instance/${id}`;

/**
 * Interrupts a Spot Instance as EC2 does: optionally a recommendation, then a warning, and 120 s later the end,
 * whatever hooks or drains are in progress. With `hibernate` the instance begins to go at once.
 *
 * @throws RangeError if the instance is unknown or is not a Spot Instance
 */
export const interrupt = (world: World, instanceId: string, options: InterruptOptions = {}): void => {
  const instance = world.instances.get(instanceId);
  if (!instance) throw new RangeError(`no instance ${instanceId} in this world`);
  if (instance.purchase !== "spot") throw new RangeError(`${instanceId} is On-Demand: EC2 does not interrupt it`);
  const { rebalanceLead = null } = options;
  if (rebalanceLead === null) warn(world, instance, options);
  else {
    recommend(world, instance, options);
    const { notice } = instance;
    later(world, rebalanceLead, () => {
      // Skip the warning if the instance got another warning or a new start meanwhile.
      if (instance.notice === notice) warn(world, instance, options);
    });
  }
};

/**
 * Sends a rebalance recommendation; an interruption may follow or not.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html
 */
export const recommend = (world: World, instance: Instance, delivery: Delivery = {}): void => {
  if (!isAlive(instance)) return;
  instance.notice = { action: "terminate", recommendedAt: world.clock.now(), warnedAt: null, reclaimAt: null };
  publish(
    world,
    instance.region,
    {
      source: "aws.ec2",
      detailType: "EC2 Instance Rebalance Recommendation",
      resources: [warningArn(instance)],
      detail: { "instance-id": instance.id },
    },
    delivery,
  );
  for (const listener of world.listeners.recommended) listener(instance);
};

const warn = (world: World, instance: Instance, options: InterruptOptions): void => {
  if (!isAlive(instance)) return;
  const { clock } = world;
  const { action = "terminate", survives = false, missed = false } = options;
  const now = clock.now();
  const reclaimAt = missed || action === "hibernate" ? now : now + noticePeriod;
  if (options.exhaust) exhaustPool(world, instance, options.exhaust);
  instance.notice = {
    action,
    recommendedAt: instance.notice?.recommendedAt ?? null,
    warnedAt: missed ? null : now,
    reclaimAt: survives ? null : reclaimAt,
  };
  const { notice, launchTime } = instance;
  if (!missed) {
    publish(
      world,
      instance.region,
      {
        source: "aws.ec2",
        detailType: "EC2 Spot Instance Interruption Warning",
        resources: [warningArn(instance)],
        detail: { "instance-id": instance.id, "instance-action": action },
      },
      options,
    );
    for (const listener of world.listeners.warned) listener(instance);
  }
  if (survives) return;
  const reclaim = (): void => {
    // Skip the reclaim if the instance was restarted or got another notice meanwhile.
    if (instance.launchTime === launchTime && instance.notice === notice && isAlive(instance))
      reclaimInstance(world, instance, action);
  };
  if (reclaimAt === now) reclaim();
  else clock.setTimer(reclaimAt, reclaim);
};

/** Ends the instance with EC2's codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html */
const reclaimInstance = (world: World, instance: Instance, action: InterruptionAction): void =>
  action === "terminate"
    ? endInstance(world, instance, "terminate", {
        code: "Server.SpotInstanceTermination",
        message: "Server.SpotInstanceTermination: Spot instance termination",
      })
    : endInstance(world, instance, "stop", {
        code: "Server.SpotInstanceShutdown",
        message: "Server.SpotInstanceShutdown: Instance was stopped due to the Spot price or available capacity",
      });

const exhaustPool = (world: World, instance: Instance, duration: Ms): void => {
  const key = poolKey(instance.zone.name, instance.type, "spot");
  const { pools } = instance.region;
  // Another interruption of this storm has exhausted the pool, and restores it.
  if (pools.get(key) === 0) return;
  const before = pools.get(key);
  pools.set(key, 0);
  later(world, duration, () => {
    if (before === undefined) pools.delete(key);
    else pools.set(key, before);
  });
};
