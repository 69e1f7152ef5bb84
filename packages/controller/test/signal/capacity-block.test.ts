import { expect, test } from "vitest";
import { parse } from "../../src/signal/parse.ts";
import { origin, T0, type Json } from "./support.ts";

const CR = "cr-0123456789abcdef0";
const ARN = `arn:aws:ec2:us-east-2:111122223333:capacity-reservation/${CR}`;
const MINUTE = 60_000;

const block = (over: Json = {}): Json => ({
  "detail-type": "Capacity Block Expiration Warning",
  source: "aws.ec2",
  account: "111122223333",
  time: new Date(T0).toISOString(),
  resources: [ARN],
  detail: { "capacity-reservation-id": CR, "end-date": new Date(T0 + 40 * MINUTE).toISOString() },
  ...over,
});

const { "detail-type": name, ...rest } = block();

test.each<[string, Json]>([
  ["as EventBridge writes it", block()],
  ["in the other spelling", block({ "detail-type": "Capacity Block Reservation Expiration Warning" })],
  ["as AWS's sample writes it", { ...rest, detail_type: name, customer_event_id: `${CR}-approaching-expiry` }],
  ["with the reservation in its resources only", block({ detail: {} })],
  [
    "with an end that cannot be read",
    block({ detail: { "capacity-reservation-id": CR, "end-date": "[ODCR End Date]" } }),
  ],
])("%s: all that runs in it goes from ten minutes after the event on", (_what, message) => {
  expect(parse(JSON.stringify(message), { ...origin, region: null })).toMatchObject({
    is: "signals",
    signals: [],
    errors: [],
    reserved: [
      {
        kind: "capacity-block-expiration",
        reservationId: CR,
        account: "111122223333",
        region: "us-east-2",
        action: "terminate",
        at: T0,
        deadline: T0 + 10 * MINUTE,
        startsAt: T0 + 10 * MINUTE,
        endsAt: T0 + 40 * MINUTE,
      },
    ],
  });
});

test("without a reservation it is an error", () => {
  const message = block({ resources: [], detail: { "capacity-reservation-id": "none" } });
  expect(parse(JSON.stringify(message), origin)).toMatchObject({ is: "rejected", reason: "no-reservation" });
});

test("beside other messages in one list it is heard", () => {
  const both = parse(JSON.stringify([block(), { Event: "autoscaling:TEST_NOTIFICATION" }]), origin);
  expect(both).toMatchObject({ is: "signals", signals: [], reserved: [{ reservationId: CR }] });
});
