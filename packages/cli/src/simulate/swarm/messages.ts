import { arn, type Clock, type Ms } from "@spotkeeper/simulator";
import type { MessageItem } from "./dimensions/messages.ts";
import { HOME, homeOf, type PlaceItem } from "./dimensions/places.ts";
import type { SwarmWorld } from "./world.ts";

/** What the queue has had, in its order, and who gets what is put into it. */
export interface Queue {
  readonly had: readonly string[];
  readonly receive: (body: string) => void;
}

/** Sets a timer for each message that comes beside what the fleet says; returns when the last one comes. */
export function playMessages(spec: SwarmWorld, clock: Clock, { had, receive }: Queue): Ms {
  const began = clock.now();
  let last = began;
  for (const [index, item] of spec.messages.entries()) {
    const at = began + item.at * 1_000;
    last = Math.max(last, at);
    clock.setTimer(at, () => {
      const body = bodyOf(item, index, { home: homeOf(spec.places), had, now: clock.now() });
      if (body !== null) receive(body);
    });
  }
  return last;
}

interface Moment {
  readonly home: PlaceItem;
  readonly had: readonly string[];
  readonly now: Ms;
}

/** The id of no instance of any fleet. */
const UNKNOWN = "i-00000000000000000";
/** An account that no role reaches. */
const STRANGER = "999999999999";

/** The message's body; null where there is nothing that it could repeat. */
function bodyOf({ kind, nth }: MessageItem, index: number, { home, had, now }: Moment): string | null {
  const repeated = had[nth % Math.max(1, had.length)] ?? null;
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  switch (kind) {
    case "no JSON":
      return "The queue works. Regards, an engineer.";
    case "cut off in the middle":
      return repeated === null ? null : repeated.slice(0, Math.floor(repeated.length / 2));
    case "of an unknown instance":
      return warning(home, id, now);
    case "of an account that is not ours":
      return warning({ ...home, account: STRANGER }, id, now);
    case "replayed with its own id":
      return repeated;
    case "replayed with a new id":
      return repeated === null ? null : repeated.replace(/"id":"[^"]+"/u, `"id":"${id}"`);
    case "AWS Health about the account":
      return event(home, id, now, {
        source: "aws.health",
        "detail-type": "AWS Health Event",
        resources: [],
        detail: {
          eventArn: `${arn({ account: "", name: home.region }, "health", "event/EC2/AWS_EC2_OPERATIONAL_NOTIFICATION")}/${index}`,
          service: "EC2",
          eventTypeCode: "AWS_EC2_OPERATIONAL_NOTIFICATION",
          eventTypeCategory: "accountNotification",
          startTime: new Date(now).toUTCString(),
          affectedEntities: [{ entityValue: HOME.account }],
        },
      });
  }
}

const warning = (place: PlaceItem, id: string, now: Ms): string =>
  event(place, id, now, {
    source: "aws.ec2",
    "detail-type": "EC2 Spot Instance Interruption Warning",
    resources: [],
    detail: { "instance-id": UNKNOWN, "instance-action": "terminate" },
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
