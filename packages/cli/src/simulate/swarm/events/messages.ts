import { arn, type Instance, type Ms } from "@spotkeeper/simulator";
import type { MessageItem, MessageKind } from "../dimensions/messages.ts";
import { HOME, homeOf, type PlaceItem } from "../dimensions/places.ts";
import type { Queue } from "../workers/queue.ts";
import type { SwarmFleet } from "../swarm-fleet.ts";
import type { SwarmWorld } from "../world.ts";

/** Sets a timer for each message that does not come from the fleet's events. Returns when the last one comes. */
export function playMessages(spec: SwarmWorld, fleet: SwarmFleet, queue: Queue): Ms {
  const { clock } = fleet.world;
  const began = clock.now();
  let last = began;
  for (const [index, item] of spec.messages.entries()) {
    const at = began + item.at * 1_000;
    last = Math.max(last, at);
    clock.setTimer(at, () => {
      const instance = fleet.members.get(item.of.group)?.[item.of.nth] ?? null;
      const body = bodyOf(item, index, { home: homeOf(spec.places), instance, queue, now: clock.now() });
      if (body !== null) queue.receive(body);
    });
  }
  return last;
}

interface Moment {
  readonly home: PlaceItem;
  /** The instance that the item names, if the world has it. */
  readonly instance: Instance | null;
  readonly queue: Queue;
  readonly now: Ms;
}

/** An id that no instance has. */
const UNKNOWN = "i-00000000000000000";
/** An account without a role for us. */
const STRANGER = "999999999999";

/** Returns the message's body; null if there is nothing to repeat or to name. */
function bodyOf({ kind, nth }: MessageItem, index: number, { home, instance, queue, now }: Moment): string | null {
  const { had } = queue;
  const repeated = had[nth % Math.max(1, had.length)]?.body ?? null;
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  switch (kind) {
    case "no JSON":
      return "The queue works. Regards, an engineer.";
    case "cut off in the middle":
      return repeated === null ? null : repeated.slice(0, Math.floor(repeated.length / 2));
    case "of an unknown instance":
      return event(home, id, now, WARNING(UNKNOWN));
    case "of an account that is not ours":
      return event({ ...home, account: STRANGER }, id, now, WARNING(UNKNOWN));
    case "replayed with its own id":
      return repeated;
    case "replayed with a new id":
      return repeated === null ? null : repeated.replace(/"id":"[^"]+"/u, `"id":"${id}"`);
    case "AWS Health about the account":
      return event(home, id, now, health(home, index, now, { of: [HOME.account], ...ABOUT_ACCOUNT }));
    case "AWS Health about an instance":
      return ofInstance(instance, id, now, (at, { id: named }) =>
        health(at, index, now, { of: [named], ...ABOUT_INSTANCE }),
      );
    case "a warning of yesterday":
      return ofInstance(instance, id, now - DAY, (_at, { id: named }) => WARNING(named));
    case "a recommendation of yesterday":
      return ofInstance(instance, id, before(instance, now), (_at, { id: named }) => RECOMMENDATION(named));
    case "an end of yesterday":
      return ofInstance(instance, id, before(instance, now), (_at, { id: named }) => STOPPED(named));
    case "overtaken by a later one of its instance":
      queue.holdNext();
      return null;
  }
}

const DAY: Ms = 86_400_000;

/** Returns a time before the instance was started, so that the message is about an earlier life. */
const before = (instance: Instance | null, now: Ms): Ms => Math.min(now, instance?.launchTime ?? now) - DAY;

/** Messages about an earlier life of the instance, or about a notice that EC2 cancelled. */
export const OF_YESTERDAY: ReadonlySet<MessageKind> = new Set([
  "a warning of yesterday",
  "a recommendation of yesterday",
  "an end of yesterday",
]);

function ofInstance(
  instance: Instance | null,
  id: string,
  at: Ms,
  fields: (place: PlaceItem, instance: Instance) => object,
): string | null {
  if (instance === null) return null;
  const { account, name: region } = instance.region;
  const place = { name: region, account, region };
  return event(place, id, at, fields(place, instance));
}

const WARNING = (instanceId: string): object => ({
  source: "aws.ec2",
  "detail-type": "EC2 Spot Instance Interruption Warning",
  resources: [],
  detail: { "instance-id": instanceId, "instance-action": "stop" },
});

const RECOMMENDATION = (instanceId: string): object => ({
  source: "aws.ec2",
  "detail-type": "EC2 Instance Rebalance Recommendation",
  resources: [],
  detail: { "instance-id": instanceId },
});

const STOPPED = (instanceId: string): object => ({
  source: "aws.ec2",
  "detail-type": "EC2 Instance State-change Notification",
  resources: [],
  detail: { "instance-id": instanceId, state: "stopped" },
});

interface Said {
  readonly of: readonly string[];
  readonly code: string;
  readonly category: string;
}

const ABOUT_ACCOUNT = { code: "AWS_EC2_OPERATIONAL_NOTIFICATION", category: "accountNotification" } as const;
/** An issue from AWS's page, with affected instances, that ends nothing. */
const ABOUT_INSTANCE = {
  code: "AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED",
  category: "issue",
} as const;

/** https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html */
const health = ({ region }: PlaceItem, index: number, now: Ms, { of, code, category }: Said): object => ({
  source: "aws.health",
  "detail-type": "AWS Health Event",
  resources: of.filter((one) => one.startsWith("i-")),
  detail: {
    eventArn: `${arn({ account: "", name: region }, "health", `event/EC2/${code}`)}/${index}`,
    service: "EC2",
    eventTypeCode: code,
    eventTypeCategory: category,
    startTime: new Date(now).toUTCString(),
    affectedEntities: of.map((entityValue) => ({ entityValue })),
  },
});

const event = ({ account, region }: PlaceItem, id: string, now: Ms, fields: object): string =>
  JSON.stringify({
    version: "0",
    id,
    account,
    region,
    time: `${new Date(now).toISOString().slice(0, 19)}Z`,
    ...fields,
  });
