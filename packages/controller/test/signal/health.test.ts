import { expect, test } from "vitest";
import type { Json } from "./support.ts";
import { ID, OTHER, T0, envelope, only, read } from "./support.ts";

const START = Date.UTC(2026, 11, 5, 3, 30, 0);

const health = (over: Json = {}, outer: Json = {}): Json =>
  envelope(
    "aws.health",
    "AWS Health Event",
    {
      eventArn: "arn:aws:health:eu-west-1::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/X_1",
      service: "EC2",
      eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
      eventTypeCategory: "scheduledChange",
      eventScopeCode: "ACCOUNT_SPECIFIC",
      communicationId: "abc-1",
      statusCode: "upcoming",
      eventRegion: "eu-west-1",
      affectedAccount: "210987654321",
      startTime: "Sat, 5 Dec 2026 03:30:00 GMT",
      endTime: "Sun, 6 Dec 2026 03:30:00 GMT",
      backupEvent: "false",
      page: "1",
      totalPages: "2",
      affectedEntities: [{ entityValue: ID, status: "PENDING" }],
      ...over,
    },
    { region: "us-west-2", account: "123456789012", resources: [ID], ...outer },
  );

test("8: it is the affected account and region that count, and times are RFC 1123", () => {
  expect(only(health())).toMatchObject({
    kind: "scheduled-change",
    subject: { type: "instance", id: ID },
    account: "210987654321",
    region: "eu-west-1",
    action: null,
    at: T0,
    deadline: START,
    startsAt: START,
    endsAt: START + 24 * 3_600_000,
    code: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
    eventArn: "arn:aws:health:eu-west-1::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/X_1",
  });
  const bare = health({ affectedAccount: undefined, eventRegion: undefined });
  expect(only(bare)).toMatchObject({ account: "123456789012", region: "us-west-2" });
});

test("8: one event carries many instances, each with an id of its own", () => {
  const parsed = read(health({ affectedEntities: [{ entityValue: ID }, { entityValue: OTHER }, { entityValue: ID }] }));
  if (parsed.is !== "signals") throw new Error("wanted signals");
  expect(parsed.signals.map(({ subject }) => subject.id)).toEqual([ID, OTHER]);
  expect(new Set(parsed.signals.map(({ id }) => id)).size).toBe(2);
});

test("8: pages are read alone, in any order", () => {
  const second = read(health({ page: 2, totalPages: 2, affectedEntities: [{ entityValue: OTHER }] }, { id: "other" }));
  expect(second).toMatchObject({ is: "signals", signals: [{ subject: { id: OTHER } }], errors: [] });
});

test("8: a copy through the backup region is a duplicate", () => {
  const copy = health({ backupEvent: "true" }, { id: "a-different-id", region: "us-east-1" });
  expect(only(copy).id).toBe(only(health()).id);
  const unrelated = health({ communicationId: "abc-2" });
  expect(only(unrelated).id).not.toBe(only(health()).id);
  expect(only(health({ communicationId: undefined })).id).toContain("12345678-1234");
});

test("one bad entity spoils no other, and is told", () => {
  const parsed = read(
    health({ affectedEntities: [{ entityValue: "vol-1" }, { entityValue: ID }, {}, 7, { entityValue: OTHER }] }),
  );
  expect(parsed).toMatchObject({ is: "signals", signals: [{ subject: { id: ID } }, { subject: { id: OTHER } }] });
  if (parsed.is !== "signals") throw new Error("wanted signals");
  expect(parsed.errors).toHaveLength(3);
  expect(parsed.errors[0]).toMatch(/affectedEntities\.0\.entityValue is "vol-1"/);
});

test.each<[unknown]>([[[]], [undefined], [[{ entityValue: "vol-1" }]], ["none"], [{}]])(
  "without an instance id there is no incident: %j",
  (affectedEntities) => {
    expect(read(health({ affectedEntities }))).toMatchObject({ is: "rejected", reason: "no-instance-id" });
  },
);

test("liberal in shape: an entity as a string, alone, or as an ARN", () => {
  expect(only(health({ affectedEntities: ID })).subject.id).toBe(ID);
  expect(only(health({ affectedEntities: { entityValue: ID } })).subject.id).toBe(ID);
  const arn = `arn:aws:ec2:eu-west-1:210987654321:instance/${ID}`;
  expect(only(health({ affectedEntities: [{ entityValue: arn }] })).subject.id).toBe(ID);
});

test("a start that cannot be read is no deadline, and the instance is still named", () => {
  expect(only(health({ startTime: "soon" }))).toMatchObject({ deadline: null, startsAt: null });
  expect(only(health({ startTime: "2026-12-05T03:30:00Z" }))).toMatchObject({ deadline: START });
});

test.each([
  [{ service: "RDS" }, "not-ec2"],
  [{ service: undefined }, "not-ec2"],
  [{ eventTypeCategory: "issue" }, "not-scheduled-change"],
  [{ eventTypeCategory: "accountNotification" }, "not-scheduled-change"],
  [{ statusCode: "closed" }, "cancelled"],
  [{ eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_CANCELLED" }, "cancelled"],
  [{ affectedEntities: [{ entityValue: ID, status: "RESOLVED" }] }, "cancelled"],
])("%j is ignored as %s", (over, reason) => {
  expect(read(health(over))).toEqual({ is: "ignored", reason, detailType: "AWS Health Event" });
});

test("an entity that is done needs nothing; the others do", () => {
  const parsed = read(
    health({
      affectedEntities: [
        { entityValue: ID, status: "RESOLVED" },
        { entityValue: OTHER, status: "PENDING" },
      ],
    }),
  );
  expect(parsed).toMatchObject({ is: "signals", signals: [{ subject: { id: OTHER } }], errors: [] });
});

test("an event of thousands is cut, and says so", () => {
  const affectedEntities = Array.from({ length: 2_100 }, (_, index) => ({
    entityValue: `i-${index.toString(16).padStart(17, "0")}`,
  }));
  const parsed = read(health({ affectedEntities }));
  if (parsed.is !== "signals") throw new Error("wanted signals");
  expect(parsed.signals).toHaveLength(2_000);
  expect(parsed.errors).toEqual([expect.stringContaining("more than 2000")]);
});

test("an event without its code is a scheduled change all the same: it names instances", () => {
  expect(only(health({ eventTypeCode: undefined }))).toMatchObject({ kind: "scheduled-change", subject: { id: ID } });
});
