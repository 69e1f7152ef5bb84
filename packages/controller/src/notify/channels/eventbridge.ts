import { z } from "zod";
import type { BusEvent } from "../../aws/calls/event-bridge.ts";
import { abortable } from "../../http/abortable.ts";
import type { AlertModel, Channel } from "../alert.ts";
import type { ChannelDeps, ChannelFactory } from "./channel.ts";
import { renderJson } from "../render/json.ts";
import { ofAws, withoutId } from "./support/result.ts";
import { SEND_WITHIN } from "../outbox/outbox.ts";

export interface EventBridgeOptions {
  readonly type: "eventbridge";
  readonly eventBusArn: string;
}

/**
 * An entry may have 256 KB, including source, type and resources; larger entries are not accepted in every Region:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
const MOST_BYTES = 256 * 1024 - 8 * 1024;

const bus = /^arn:aws[a-z-]*:events:([a-z0-9-]+):\d{12}:event-bus\/[\w./-]{1,256}$/;

/** Sends each alert as an event to an EventBridge bus, for rules of the user. */
export const eventBridgeChannel: ChannelFactory<z.ZodType<EventBridgeOptions>> = {
  options: z.strictObject({
    type: z.literal("eventbridge"),
    eventBusArn: z
      .string()
      .regex(bus, "wants the ARN of an event bus: arn:aws:events:<region>:<account>:event-bus/<name>"),
  }),
  create({ eventBusArn }: EventBridgeOptions, { clock, eventBridge }: ChannelDeps): Channel {
    const region = bus.exec(eventBusArn)?.[1] ?? "";
    return {
      updates: "full",
      pace: null,
      async send(model, _previous, signal) {
        const ask = { purpose: "act", deadline: clock.now() + SEND_WITHIN } as const;
        try {
          const call = eventBridge.put({ account: null, region }, eventBusArn, eventOf(model, clock.now()), ask);
          const { eventId } = await abortable(call, signal);
          return eventId === null ? withoutId("events:PutEvents", "EventId") : { is: "sent", receipt: { eventId } };
        } catch (error) {
          if (signal.aborted) return { is: "retry", reason: "events:PutEvents did not answer in time", after: null };
          return ofAws(error, clock.now());
        }
      },
    };
  },
};

/** Makes the event. Pure. `detail` is the webhook's JSON, with the same `id` for repetitions. */
function eventOf(model: AlertModel, now: number): BusEvent {
  const { cluster } = model.group;
  return {
    source: "spotkeeper",
    detailType: model.phase === "outcome" ? "Spot Interruption Outcome" : "Spot Interruption Alert",
    detail: renderJson(model, now, MOST_BYTES),
    resources: cluster?.startsWith("arn:") === true ? [cluster] : [],
  };
}
