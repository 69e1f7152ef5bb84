import { z } from "zod";
import type { Ms } from "../../clock.ts";
import { common, reject } from "../event.ts";
import type { Event } from "../event.ts";
import { deadlineSuffix } from "../deadline-suffix.ts";
import type { Kind } from "../kind.ts";
import { asRegion, asText, time } from "../shape.ts";

/** EC2 begins to terminate the instances this long after the event, which comes 40 minutes before the end. */
const BEGINS_AFTER: Ms = 600_000;
const ENDS_AFTER: Ms = 2_400_000;

const RESERVATION = /^(?:arn:[a-z-]+:ec2:[a-z0-9-]*:\d*:capacity-reservation\/)?(cr-[0-9a-f]{8,32})$/;

const detail = z.object({ "capacity-reservation-id": z.unknown().optional(), "end-date": time });

/**
 * A Capacity Block expires: EC2 terminates all its instances, from ten minutes after the event until the end of the
 * reservation. The event names the reservation and no instance, so EC2 is asked for the instances (`Reserved`). AWS's
 * page has the detail-type in two spellings.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-monitor.html
 */
export const capacityBlockExpiration: Kind<"capacity-block-expiration"> = {
  events: [
    ["aws.ec2", "Capacity Block Expiration Warning"],
    ["aws.ec2", "Capacity Block Reservation Expiration Warning"],
  ],
  parse(event) {
    const read = detail.safeParse(event.detail);
    if (!read.success) return reject(event, read.error);
    const named = [read.data["capacity-reservation-id"], ...event.resources].map(
      (one) => RESERVATION.exec(asText(one) ?? "")?.[1],
    );
    const reservationId = named.find((one) => one !== undefined);
    if (reservationId === undefined) {
      const message = `${event.detailType} ${event.id}: detail.capacity-reservation-id names no reservation. Check what sends or transforms this message.`;
      return { is: "rejected", reason: "no-reservation", message };
    }
    const startsAt = event.at + BEGINS_AFTER;
    const endsAt = Math.max(startsAt, read.data["end-date"] ?? event.at + ENDS_AFTER);
    const { subject: _, ...shared } = common(event, { type: "instance", id: reservationId });
    const region = event.region ?? regionIn(event);
    const kind = "capacity-block-expiration";
    const reserved = { ...shared, kind, region, action: "terminate", deadline: startsAt, reservationId } as const;
    return { is: "signals", signals: [], errors: [], reserved: [{ ...reserved, startsAt, endsAt }] };
  },
  notice: "ahead",
  implies: () => null,
  urgency: 3,
  isDated: true,
  instanceListed: true,
  describe: ({ reservationId, deadline }) =>
    `Capacity Block ${reservationId} comes to its end${deadlineSuffix(deadline)}.`,
};

const regionIn = ({ resources }: Event): string | null =>
  resources.map((arn) => asRegion(arn.split(":")[3])).find((region) => region !== null) ?? null;
