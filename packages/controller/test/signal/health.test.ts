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
    health({ affectedEntities: [{ entityValue: "i-1" }, { entityValue: ID }, {}, 7, { entityValue: OTHER }] }),
  );
  expect(parsed).toMatchObject({ is: "signals", signals: [{ subject: { id: ID } }, { subject: { id: OTHER } }] });
  if (parsed.is !== "signals") throw new Error("wanted signals");
  expect(parsed.errors).toHaveLength(3);
  expect(parsed.errors[0]).toMatch(/affectedEntities\.0\.entityValue is "i-1"/);
});

test.each<[unknown]>([
  [[{ entityValue: "i-1" }]],
  [{}],
  [[7]],
  [[{ entityValue: "arn:aws:ec2:eu-west-1:1:instance/none" }]],
])("an instance that cannot be read is an error: %j", (affectedEntities) => {
  expect(read(health({ affectedEntities }))).toMatchObject({ is: "rejected", reason: "no-instance-id" });
});

test.each<[string, unknown]>([
  ["a dedicated host", [{ entityValue: "h-0123456789abcdef0", status: "PENDING" }]],
  ["the account", [{ entityValue: "111122223333" }]],
  ["a volume", [{ entityValue: "vol-0123456789abcdef0" }]],
  ["a reservation", [{ entityValue: "cr-0123456789abcdef0" }]],
  ["a database", [{ entityValue: "arn:aws:rds:eu-west-1:111122223333:db:shop" }]],
  ["what AWS does not tell", [{ entityValue: "UNKNOWN" }]],
  ["nobody", []],
  ["nobody, in an empty name", [{ entityValue: "", status: "" }]],
  ["nobody, without the field", undefined],
])("an event of %s is AWS's good right, and of no instance", (_what, affectedEntities) => {
  const ignored = { is: "ignored", reason: "no-instance", detailType: "AWS Health Event" };
  expect(read(health({ affectedEntities }))).toEqual(ignored);
});

test("an instance beside hosts and volumes is heard of, and they are no errors", () => {
  const affectedEntities = [{ entityValue: "h-0123456789abcdef0" }, { entityValue: ID }, { entityValue: "vol-1" }];
  expect(read(health({ affectedEntities }))).toMatchObject({
    is: "signals",
    signals: [{ subject: { id: ID } }],
    errors: [],
  });
});

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
])("%j is ignored as %s", (over, reason) => {
  expect(read(health(over))).toEqual({ is: "ignored", reason, detailType: "AWS Health Event" });
});

test.each([
  [{ statusCode: "closed" }],
  [{ eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_CANCELLED" }],
  [{ affectedEntities: [{ entityValue: ID, status: "RESOLVED" }] }],
])("%j calls off what was announced, and has no deadline", (over) => {
  expect(only(health(over))).toMatchObject({ over: true, deadline: null });
});

test("an entity that is done is called off; the others are not", () => {
  const parsed = read(
    health({
      affectedEntities: [
        { entityValue: ID, status: "RESOLVED" },
        { entityValue: OTHER, status: "PENDING" },
      ],
    }),
  );
  expect(parsed).toMatchObject({
    is: "signals",
    signals: [
      { subject: { id: ID }, over: true },
      { subject: { id: OTHER }, over: false },
    ],
    errors: [],
  });
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
