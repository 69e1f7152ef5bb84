import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "../../src/signal/parse.ts";
import type { Ignored, Parsed, Signal } from "../../src/model/signal.ts";
import { split } from "../../src/signal/split.ts";
import { ID, direct, envelope, iso, lifecycleDetail, origin, sns, state, warning } from "./support.ts";

const IGNORED: readonly Ignored[] = [
  "test-notification",
  "unknown-event",
  "not-lifecycle",
  "not-actionable",
  "not-ec2",
  "not-scheduled-change",
  "not-spot-stop",
  "managed-instance",
  "evidence",
  "no-instance",
];

function checkSignal(signal: Signal): void {
  if (signal.subject.type === "instance") expect(signal.subject.id).toMatch(/^i-[0-9a-f]{8,32}$/);
  else expect(signal.subject.id).toMatch(/^arn:/);
  expect(Number.isSafeInteger(signal.at)).toBe(true);
  if (signal.deadline !== null) expect(Number.isSafeInteger(signal.deadline)).toBe(true);
  if (signal.account !== null) expect(signal.account).toMatch(/^\d{12}$/);
  // Bounded, whatever was sent: a stored document has 8 kB.
  expect(JSON.stringify(signal).length).toBeLessThan(8_000);
}

/** Each input gets signals, or a reason that can be a metric label. */
function check(parsed: Parsed): Parsed["is"] {
  if (parsed.is === "signals") {
    expect(parsed.signals.length).toBeGreaterThan(0);
    for (const signal of parsed.signals) checkSignal(signal);
  } else if (parsed.is === "ignored") expect(IGNORED).toContain(parsed.reason);
  else {
    expect(parsed.reason).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    expect(parsed.message.length).toBeGreaterThan(20);
    expect(parsed.message.length).toBeLessThan(1_000);
  }
  return parsed.is;
}

const instance = fc
  .oneof(fc.constant(8), fc.constant(17))
  .chain((length) =>
    fc.string({ unit: fc.constantFrom(...Array.from("0123456789abcdef")), minLength: length, maxLength: length }),
  )
  .map((hex) => `i-${hex}`);
const at = fc.integer({ min: Date.UTC(2020), max: Date.UTC(2040) });
const when = at.chain((ms) =>
  fc.constantFrom<unknown>(iso(ms), new Date(ms).toUTCString(), ms, String(ms), Math.floor(ms / 1000)),
);

const valid: fc.Arbitrary<unknown> = fc
  .tuple(instance, when, fc.constantFrom("terminate", "stop", "hibernate"), fc.integer({ min: 0, max: 7 }), fc.uuid())
  .map(([id, time, action, kind, uuid]) => {
    const over = { time, id: uuid };
    const events = [
      warning({ "instance-id": id, "instance-action": action }, over),
      envelope("aws.ec2", "EC2 Instance Rebalance Recommendation", { "instance-id": id }, over),
      { ...state("stopping", over), detail: { "instance-id": id, state: "stopping" } },
      envelope(
        "aws.ec2",
        "EC2 Capacity Reservation Instance Interruption Warning",
        { "instance-id": id, "instance-termination-time": time },
        over,
      ),
      envelope(
        "aws.autoscaling",
        "EC2 Instance-terminate Lifecycle Action",
        { ...lifecycleDetail, EC2InstanceId: id },
        over,
      ),
      direct({ EC2InstanceId: id, Time: time }),
      envelope(
        "aws.ecs",
        "ECS Task State Change",
        { taskArn: `arn:aws:ecs:us-east-1:123456789012:task/c/${id}`, clusterArn: "c", stopCode: "SpotInterruption" },
        over,
      ),
      envelope(
        "aws.health",
        "AWS Health Event",
        {
          service: "EC2",
          eventTypeCategory: "scheduledChange",
          eventTypeCode: "X",
          startTime: time,
          affectedEntities: [{ entityValue: id }, { entityValue: ID }],
        },
        over,
      ),
    ];
    return events[kind];
  })
  .chain((event) =>
    fc.constantFrom(event, sns(event), sns(sns(event)), { Records: [{ body: JSON.stringify(event) }] }),
  );

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    0,
    -0,
    1e308,
    Number.MAX_SAFE_INTEGER,
    "\uD800",
    "\u0000",
    "__proto__",
    "constructor",
    "9".repeat(1_000),
    "x".repeat(10_000),
    [],
    {},
    [[[[]]]],
    { toString: 1, valueOf: null },
  ),
  fc.string({ unit: "binary" }),
  fc.anything({ withBigInt: false, withDate: false, withMap: false, withSet: false, withNullPrototype: true }),
);

/** Replaces, removes or adds a value somewhere in a message. */
function mutate(value: unknown, path: readonly number[], with_: unknown, add: boolean): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== "object" || value === null) return with_;
  const keys = Object.keys(value);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return with_;
  if (Array.isArray(value))
    return value.map((entry: unknown, index) => (String(index) === key ? mutate(entry, rest, with_, add) : entry));
  const inner = (value as { readonly [key: string]: unknown })[key];
  return { ...value, [add && rest.length === 0 ? `${key} ` : key]: mutate(inner, rest, with_, add) };
}

const mutated = fc
  .tuple(
    valid,
    fc.array(fc.tuple(fc.array(fc.nat(12), { minLength: 1, maxLength: 3 }), hostile, fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([message, changes]) =>
    changes.reduce((all: unknown, [path, value, add]) => mutate(all, path, value, add), message),
  );

const run = (body: string): Parsed["is"] => check(parse(body, origin));
const json = (value: unknown): string => JSON.stringify(value) ?? "";

test("valid messages are signals", () => {
  fc.assert(
    fc.property(valid, (message) => {
      expect(run(json(message))).toBe("signals");
    }),
    { numRuns: 3_000 },
  );
});

test("mutated messages get signals or a reason", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(mutated, (message) => void seen.add(run(json(message)))),
    { numRuns: 6_000 },
  );
  expect(seen).toEqual(new Set(["signals", "ignored", "rejected"]));
});

test("truncated and spliced messages get a reason", () => {
  fc.assert(
    fc.property(
      valid,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.string({ unit: "binary" }),
      (message, where, junk) => {
        const body = json(message);
        const cut = Math.floor(where * (body.length - 1));
        expect(run(body.slice(0, cut))).toBe("rejected");
        run(body.slice(0, cut) + junk + body.slice(cut));
      },
    ),
    { numRuns: 3_000 },
  );
});

test("hostile bodies get a reason", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json({ maxDepth: 6 }), hostile.map(json)), (body) => {
      expect(run(body)).not.toBe("signals");
      for (const message of split(body, { file: null })) run(message.body);
    }),
    { numRuns: 3_000 },
  );
});

test("a prototype in the message is a field like any other", () => {
  const body =
    '{"__proto__":{"detail-type":"EC2 Spot Instance Interruption Warning","polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  expect(run(body)).toBe("rejected");
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

const MEGA = 1024 * 1024;
test.each<[string, string]>([
  ["open brackets", "[".repeat(MEGA)],
  ["open braces", '{"a":'.repeat(MEGA / 5)],
  ["brackets in SNS", json(sns("[".repeat(MEGA)))],
  ["quotes", '"'.repeat(MEGA)],
  ["backslashes", `"${"\\".repeat(MEGA)}"`],
  ["spaces", " ".repeat(MEGA)],
  ["a long id", json(warning({ "instance-id": `i-${"0".repeat(MEGA)}` }))],
  ["a long time", json(warning({}, { time: "1".repeat(MEGA) }))],
  ["a long zone", json(warning({}, { resources: [`arn:aws:ec2:${"a-".repeat(MEGA / 2)}:instance/x`] }))],
  ["many resources", json(warning({}, { resources: Array.from({ length: MEGA / 4 }, () => "x") }))],
  ["many messages", json(Array.from({ length: MEGA / 4 }, () => ({})))],
  [
    "many entities",
    json(
      envelope("aws.health", "AWS Health Event", {
        service: "EC2",
        eventTypeCategory: "scheduledChange",
        eventTypeCode: "x",
        affectedEntities: Array.from({ length: MEGA / 4 }, () => "x"),
      }),
    ),
  ],
  ["a long hook", json(direct({ LifecycleHookName: "h".repeat(MEGA) }))],
  ["lone surrogates", json({ ...warning({}, { id: undefined }), x: "\uD800".repeat(MEGA / 8) })],
])("a megabyte of %s takes bounded time", (_, body) => {
  const start = performance.now();
  run(body);
  // Milliseconds where it is linear; a regular expression that backtracks, or a walk that repeats, takes minutes.
  expect(performance.now() - start).toBeLessThan(5_000);
});
