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
  /** A rebalance recommendation comes now, and the warning this much later; null: no recommendation. */
  readonly rebalanceLead?: Ms | null;
  /** The notice is cancelled: the instance lives on. */
  readonly survives?: boolean;
  /** EC2 gives no warning: the instance just goes. */
  readonly missed?: boolean;
  /** The pool has nothing more to give for this long. */
  readonly exhaust?: Ms;
}

/** The ARN has a zone where a region belongs, and no account: docs/aws-facts.md, 2. */
const warningArn = ({ id, zone, region }: Instance): string =>
  `arn:${partitionOf(region.name)}:ec2:${zone.name}:instance/${id}`;

/**
 * Reclaims a Spot instance as EC2 does: perhaps a recommendation, a warning, and 120 s later the end, whatever hooks
 * or drains are under way. With `hibernate` the instance begins to go at once.
 * @throws RangeError for an instance that is unknown or is not a Spot Instance.
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
      // A warning, or a start, that came meanwhile is another story.
      if (instance.notice === notice) warn(world, instance, options);
    });
  }
};

/**
 * Tells that an instance is at elevated risk; no interruption need follow.
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
    // A later start, or a later notice, is another story.
    if (instance.launchTime === launchTime && instance.notice === notice && isAlive(instance))
      take(world, instance, action);
  };
  if (reclaimAt === now) reclaim();
  else clock.setTimer(reclaimAt, reclaim);
};

/** The codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html */
const take = (world: World, instance: Instance, action: InterruptionAction): void =>
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
  // Already exhausted by another interruption of this storm: that one gives the capacity back.
  if (pools.get(key) === 0) return;
  const before = pools.get(key);
  pools.set(key, 0);
  later(world, duration, () => {
    if (before === undefined) pools.delete(key);
    else pools.set(key, before);
  });
};
