import { z } from "zod";
import { common, ignore, reject } from "../event.ts";
import type { Event, Read } from "../event.ts";
import { deadlineSuffix } from "../deadline-suffix.ts";
import type { Kind } from "../kind.ts";
import { asAccount, asInstanceId, asObject, asRegion, asText, list, optional, quote, time } from "../shape.ts";
import type { SignalOf } from "../../model/signal.ts";

const detail = z.object({
  service: optional(64),
  eventTypeCategory: optional(64),
  eventTypeCode: optional(255),
  statusCode: optional(32),
  eventArn: optional(512),
  communicationId: optional(128),
  eventRegion: optional(32),
  affectedAccount: z.unknown().optional(),
  startTime: time,
  endTime: time,
  affectedEntities: list,
});

/**
 * Limit of instances in one message, so that no message floods the ledger. AWS splits an event into pages long before.
 */
const MOST_ENTITIES = 2000;

/**
 * States of an entity for which the change is done or withdrawn:
 * https://docs.aws.amazon.com/health/latest/APIReference/API_AffectedEntity.html
 */
const OVER = new Set(["RESOLVED", "UNIMPAIRED"]);

/**
 * Values that look like an instance: others are hosts (`h-…`), volumes, reservations, accounts, or ARNs of other
 * resources.
 */
const INSTANCE_LIKE = /^i-|:instance\//;

/**
 * AWS Health announces a stop, a retirement or maintenance. One event contains many instances, and its pages come in
 * any order with the same `eventArn`; each page is parsed alone, so that no page waits for another. `account` and
 * `region` of the envelope are the receiver of the event, not the owner of the instance. A copy through the backup
 * region has the same `communicationId`, so signal ids are made from this id (docs/aws-facts.md, 8). A `closed` event,
 * or a code that ends in CANCELLED (assumed), is over for all its instances: its plan is cancelled. An event about
 * hosts, volumes or the whole account is valid, but gives no signal.
 * https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html
 */
export const scheduledChange: Kind<"scheduled-change"> = {
  events: [["aws.health", "AWS Health Event"]],
  parse(event) {
    const raw = asObject(event.detail);
    if (asText(raw["service"])?.toUpperCase() !== "EC2") return ignore(event, "not-ec2");
    if (asText(raw["eventTypeCategory"]) !== "scheduledChange") return ignore(event, "not-scheduled-change");
    const read = detail.safeParse(event.detail);
    return read.success ? entities(event, read.data) : reject(event, read.error);
  },
  notice: "ahead",
  implies: () => null,
  urgency: 3,
  isDated: true,
  instanceListed: true,
  describe: ({ over, code, deadline }) =>
    over ? `AWS Health calls off ${code}, or it is done.` : `AWS Health announces ${code}${deadlineSuffix(deadline)}.`,
};

function entities(event: Event, d: z.infer<typeof detail>): Read<"scheduled-change"> {
  const over = d.statusCode?.toLowerCase() === "closed" || /_CANCELL?ED$/i.test(d.eventTypeCode ?? "");
  const signals: SignalOf<"scheduled-change">[] = [];
  const errors: string[] = [];
  const complain = (what: string): void => {
    errors.push(`${event.detailType} ${event.id}: ${what}. Check what sends or transforms this message.`);
  };
  const seen = new Set<string>();
  for (const [index, entity] of d.affectedEntities.slice(0, MOST_ENTITIES).entries()) {
    const fields = asObject(entity);
    const value = typeof entity === "string" ? entity : fields["entityValue"];
    const id = asInstanceId(value);
    if (id === null) {
      if (typeof value !== "string" || INSTANCE_LIKE.test(value.trim()))
        complain(`detail.affectedEntities.${index}.entityValue is ${quote(value)}; wanted: an EC2 instance id`);
    } else if (!seen.has(id)) {
      seen.add(id);
      signals.push(signal(event, d, id, over || OVER.has(asText(fields["status"])?.toUpperCase() ?? "")));
    }
  }
  if (d.affectedEntities.length > MOST_ENTITIES)
    complain(`detail.affectedEntities has more than ${MOST_ENTITIES} entries`);
  if (signals.length > 0) return { is: "signals", signals, errors };
  const [message] = errors;
  return message === undefined ? ignore(event, "no-instance") : { is: "rejected", reason: "no-instance-id", message };
}

function signal(
  event: Event,
  d: z.infer<typeof detail>,
  instanceId: string,
  over: boolean,
): SignalOf<"scheduled-change"> {
  const account = asAccount(d.affectedAccount) ?? event.account;
  return {
    ...common(event, { type: "instance", id: instanceId }),
    kind: "scheduled-change",
    id: `${d.communicationId ?? event.id}/${instanceId}`,
    account,
    region: asRegion(d.eventRegion) ?? event.region,
    deadline: over ? null : d.startTime,
    eventArn: d.eventArn,
    code: d.eventTypeCode ?? "a scheduled change",
    startsAt: d.startTime,
    endsAt: d.endTime,
    over,
  };
}
