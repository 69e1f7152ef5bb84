import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as messages from "./messages.ts";
import { folder, jsonLines, spotkeeper } from "./support.ts";

const { ID, T0, iso, TASK, warning, rebalance, lifecycle, state } = messages;
const explain = async (input: unknown, args: readonly string[] = []) => {
  const stdin = typeof input === "string" ? input : JSON.stringify(input);
  const ended = await spotkeeper(["explain", "--output", "json", ...args], { stdin });
  return { ...ended, lines: jsonLines(ended.stdout) };
};
const steps = (line: { readonly [key: string]: unknown } | undefined): string[] =>
  ((line?.["plan"] ?? []) as { readonly step: string }[]).map(({ step }) => step);

const DOOMED = ["tell", "look-up", "look-closer", "deregister", "drain", "look-around", "await-targets", "drain-tasks"];
const VERIFIED = ["verify-gone", "verify-replacement"];

test("the promised shape, whole", async () => {
  const { code, lines, stderr } = await explain(warning({ id: "w" }));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(lines).toEqual([
    {
      file: null,
      message: 1,
      kind: "spot-interruption",
      instanceId: ID,
      taskArn: null,
      account: "111122223333",
      region: "us-east-1",
      availabilityZone: "us-east-1b",
      action: "terminate",
      noticedAt: iso(T0),
      deadline: iso(T0 + 120_000),
      estimated: false,
      incident: expect.any(String),
      duplicate: false,
      ignored: null,
      error: null,
      rule: "default",
      mode: "act",
      because: null,
      plan: [
        { step: "tell", responder: "join-alert", budgetSeconds: 1020 },
        { step: "look-up", responder: "look-up", budgetSeconds: 110 },
        { step: "look-closer", responder: "look-up", budgetSeconds: 110 },
        { step: "deregister", responder: "deregister-target", budgetSeconds: 120 },
        { step: "drain", responder: "set-draining", budgetSeconds: 120 },
        { step: "look-around", responder: "look-around", beginsAt: iso(T0 + 2_000), budgetSeconds: 18 },
        { step: "await-targets", responder: "await-targets", budgetSeconds: 110 },
        { step: "drain-tasks", responder: "drain-tasks", budgetSeconds: 110 },
        { step: "verify-gone", responder: "verify-gone", budgetSeconds: 1020 },
        { step: "verify-replacement", responder: "verify-replacement", budgetSeconds: 1020 },
      ],
      alert: {
        phase: "receipt",
        severity: "warning",
        headline: `${ID} in us-east-1b is reclaimed, 120 s left`,
        ask: [],
      },
    },
  ]);
});

/** Kind, whether people are told, and the steps (null: no incident, so nothing to do), for each kind of signal alone. */
const kinds: readonly (readonly [string, () => object, boolean, readonly string[] | null])[] = [
  ["spot-interruption", messages.warning, true, [...DOOMED, ...VERIFIED]],
  ["rebalance", messages.rebalance, true, ["tell", "look-up", "look-closer", ...VERIFIED]],
  [
    "lifecycle-terminating",
    () => messages.lifecycle("terminate"),
    false,
    [
      ...DOOMED,
      "await-work:graceful-shutdown-hook",
      "heartbeat:graceful-shutdown-hook",
      "complete:graceful-shutdown-hook:terminating",
      ...VERIFIED,
    ],
  ],
  [
    "lifecycle-launching",
    () => messages.lifecycle("launch"),
    false,
    ["look-up", "complete:graceful-shutdown-hook:launching"],
  ],
  ["state-change", () => messages.state("shutting-down"), false, [...DOOMED, ...VERIFIED]],
  [
    "scheduled-change",
    () => messages.scheduled({ affectedEntities: [{ entityValue: ID }] }),
    true,
    // It is drained long after it was looked up.
    DOOMED.flatMap((id) => (id === "look-closer" ? [id, "look-again"] : [id])).concat(VERIFIED),
  ],
  ["capacity-reservation-interruption", messages.capacity, true, [...DOOMED, ...VERIFIED]],
  [
    "fargate-spot-stop",
    messages.fargate,
    true,
    ["tell", "look-up", "look-closer", "deregister", "await-targets", ...VERIFIED],
  ],
  ["container-instance-change", messages.container, false, null],
  ["launch-result", () => messages.result("Launch Successful"), false, null],
  ["termination-result", () => messages.result("Terminate Successful"), false, null],
  ["fleet-change", messages.fleet, false, [...DOOMED, ...VERIFIED]],
  ["notice-withdrawn", messages.withdrawn, false, null],
  ["capacity-block-expiration", messages.block, true, [...DOOMED, ...VERIFIED]],
  ["agent-state", () => messages.agentSays(), false, [...DOOMED, ...VERIFIED]],
];

test("every kind of signal: what it is, what would be done, whether people are told", async () => {
  // Each about an instance of its own, so that one process explains them all.
  const idOf = (place: number): string => ID.slice(0, -2) + String(10 + place);
  const { code, lines } = await explain(
    kinds.map(([, make], place) => JSON.parse(JSON.stringify(make()).replaceAll(ID, idOf(place))) as object),
  );
  expect(code).toBe(0);
  expect(
    lines.map((line) => [line["kind"], line["alert"] !== null, line["incident"] === null ? null : steps(line)]),
  ).toEqual(kinds.map(([kind, , told, planned]) => [kind, told, planned]));
  for (const [place, line] of lines.entries()) {
    const subject =
      line["kind"] === "fargate-spot-stop"
        ? { instanceId: null, taskArn: TASK }
        : line["kind"] === "capacity-block-expiration"
          ? { instanceId: null, taskArn: null }
          : { instanceId: idOf(place), taskArn: null };
    expect(line).toMatchObject({
      ...subject,
      error: null,
      ignored: null,
      account: "111122223333",
      region: "us-east-1",
    });
  }
  expect(lines.map(({ deadline }) => deadline)).toEqual([
    iso(T0 + 120_000),
    null,
    null,
    null,
    null,
    iso(T0 + 86_400_000),
    iso(T0 + 90_000),
    iso(T0 + 30_000),
    null,
    null,
    null,
    null,
    null,
    iso(T0 + 600_000),
    null,
  ]);
});

test("the golden table knows every kind there is", () => {
  const files = readdirSync(join(import.meta.dirname, "../../controller/src/signal/kinds"));
  expect(kinds.map(([kind]) => `${kind}.ts`).toSorted()).toEqual(files.toSorted());
});

test("one Health event with two instances is two objects of one message", async () => {
  const { lines } = await explain(messages.scheduled());
  expect(lines.map(({ message, instanceId }) => [message, instanceId])).toEqual([
    [1, ID],
    [1, "i-1234abcd"],
  ]);
  expect(new Set(lines.map(({ incident }) => incident)).size).toBe(2);
});

test("all signals of one interruption, on any path and twice, are one incident that is told once", async () => {
  const warned = warning({ id: "same" });
  const sns = {
    Type: "Notification",
    MessageId: "m",
    TopicArn: "arn:aws:sns:us-east-1:111122223333:t",
    Message: JSON.stringify(warned),
  };
  const { lines } = await explain([
    rebalance({ time: iso(T0 - 120_000) }),
    warned,
    sns,
    lifecycle("terminate", { time: iso(T0 + 3_000) }),
    state("shutting-down", { time: iso(T0 + 121_000) }),
  ]);
  expect(new Set(lines.map(({ incident }) => incident)).size).toBe(1);
  expect(lines.map(({ duplicate }) => duplicate)).toEqual([false, false, true, false, false]);
  const told = lines.map(({ alert }) => (alert as { readonly phase: string } | null)?.phase ?? null);
  expect(told).toEqual(["receipt", "update", null, null, null]);
});

test("an instance that was stopped, started and interrupted again is two incidents", async () => {
  const hour = 3_600_000;
  const { lines } = await explain([
    warning({}, { "instance-action": "stop" }),
    state("stopped", { time: iso(T0 + 130_000) }),
    state("running", { time: iso(T0 + hour) }),
    warning({ time: iso(T0 + 2 * hour) }),
  ]);
  expect(lines[0]?.["incident"]).toBe(lines[1]?.["incident"]);
  expect(lines[3]?.["incident"]).not.toBe(lines[0]?.["incident"]);
});

test("incidents are told apart across all files of a call; a file is named as it was given", async () => {
  writeFileSync(join(folder, "a.json"), JSON.stringify(rebalance()));
  writeFileSync(
    join(folder, "b.jsonl"),
    `${JSON.stringify(warning())}\n\n${JSON.stringify(JSON.stringify(warning()))}\n`,
  );
  const { stdout } = await spotkeeper(["explain", "--output", "json", "a.json", "b.jsonl", "-"], {
    stdin: JSON.stringify(lifecycle("terminate")),
  });
  const lines = jsonLines(stdout);
  expect(lines.map(({ file, message }) => [file, message])).toEqual([
    ["a.json", 1],
    ["b.jsonl", 1],
    ["b.jsonl", 2],
    [null, 1],
  ]);
  expect(new Set(lines.map(({ incident }) => incident)).size).toBe(1);
});

test("what is ignored, and what is wrong, has its object and its reason; --strict makes it 1", async () => {
  const input = [
    { Event: "autoscaling:TEST_NOTIFICATION", RequestId: "x" },
    "not JSON at all",
    state("down"),
    messages.event("aws.s3", "Object Created", {}),
    { ...messages.scheduled(), detail: { service: "RDS", eventTypeCategory: "scheduledChange" } },
  ];
  const { code, lines } = await explain(input);
  expect(code).toBe(0);
  expect(lines.map(({ kind, ignored }) => [kind, ignored])).toEqual([
    [null, "test-notification"],
    [null, null],
    [null, null],
    [null, "unknown-event"],
    [null, "not-ec2"],
  ]);
  expect(lines[1]).toMatchObject({ error: expect.stringContaining("not JSON"), incident: null, plan: [], alert: null });
  expect(lines[2]).toMatchObject({ error: expect.stringContaining("detail.state") });
  expect((await explain(input, ["--strict"])).code).toBe(1);
  expect((await explain(warning(), ["--strict"])).code).toBe(0);
});

test("one broken instance of a Health event is told beside the good one", async () => {
  const broken = messages.scheduled({ affectedEntities: [{ entityValue: ID }, { entityValue: "i-nonsense" }] });
  const { code, lines } = await explain(broken, ["--strict"]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ instanceId: ID, error: expect.stringContaining("affectedEntities") });
  expect(code).toBe(1);
});

test("a time that cannot be read is no notice, and the deadline is counted from now", async () => {
  const before = Date.now();
  const { lines } = await explain(warning({ time: "yesterday" }));
  expect(lines[0]).toMatchObject({ noticedAt: null, estimated: true, error: null });
  const deadline = Date.parse(String(lines[0]?.["deadline"]));
  expect(deadline - before).toBeGreaterThanOrEqual(120_000);
  expect(deadline - Date.now()).toBeLessThanOrEqual(120_000);
});

test("the policy of the config makes the plan, and the rule that made it is named", async () => {
  writeFileSync(
    join(folder, "policy.yaml"),
    "policy: {rules: [{name: quiet, match: {kind: [rebalance]}, do: {onRebalance: ignore}}, {name: dry, do: {dryRun: true}}]}",
  );
  const { lines } = await explain(
    [rebalance(), warning({}, { "instance-id": "i-1234abcd" })],
    ["--config", "policy.yaml"],
  );
  expect(lines[0]).toMatchObject({ rule: "quiet + dry", plan: [], alert: null });
  expect(lines[1]).toMatchObject({ rule: "dry", mode: "dry-run" });
});

test("what depends on a tag that only AWS can tell is shown, with the condition", async () => {
  writeFileSync(join(folder, "opt-in.yaml"), "policy: {tag: {name: drain-me, required: true}}");
  const args = ["--config", "opt-in.yaml"];
  const { lines } = await explain(warning(), args);
  expect(lines[0]).toMatchObject({
    mode: "act",
    because: "only if the tag drain-me is true, which explain does not ask",
  });
  expect(steps(lines[0])).toEqual([...DOOMED, ...VERIFIED]);
  const { stdout } = await spotkeeper(["explain", ...args], { stdin: JSON.stringify(warning()) });
  expect(stdout).toContain("plan by rule default: only if the tag drain-me is true, which explain does not ask");
});

test("text for people: nothing from outside colours or moves the terminal", async () => {
  const { code, stdout } = await spotkeeper(["explain"], {
    stdin: JSON.stringify([warning(), "\u001B[31mred", { "detail-type": "\u001B]0;x\u0007" }]),
  });
  expect(code).toBe(0);
  expect(stdout.split("\n\n").map((part) => part.split("\n")[0])).toEqual([
    `stdin:1  spot-interruption  ${ID}`,
    "stdin:2  not understood",
    "stdin:3  ignored",
    "",
  ]);
  expect(stdout).toContain("    - drain the container instance (within 120 s)");
  expect(stdout).toContain(`tell (warning): ${ID} in us-east-1b is reclaimed, 120 s left`);
  expect(stdout).not.toContain("\u001B");
  expect((await spotkeeper(["explain"], { stdin: JSON.stringify(warning({ time: "?" })) })).stdout).toMatch(
    /when: its time cannot be read, terminate at about \d{4}-/,
  );
});

test("what waits for a scheduled event says when it begins", async () => {
  const { stdout } = await spotkeeper(["explain"], { stdin: JSON.stringify(messages.scheduled()) });
  expect(stdout).toMatch(/drain the container instance \(from \d{4}-\d\d-\d\dT[\d:.]+Z on, within 60 min\)/);
  const { lines } = await explain(messages.scheduled());
  const plan = lines[0]?.["plan"] as readonly { readonly step: string; readonly beginsAt?: string }[];
  const [drain, tell] = ["drain", "tell"].map((name) => plan.find(({ step }) => step === name)?.beginsAt);
  expect(Date.parse(String(lines[0]?.["deadline"])) - Date.parse(String(drain))).toBe(3_600_000);
  expect(tell).toBeUndefined();
});

test("a scheduled event whose time cannot be read is told, and nothing is drained for it", async () => {
  const { lines } = await explain(messages.scheduled({ startTime: "soon" }));
  const plan = lines[0]?.["plan"] as readonly { readonly responder: string }[];
  const responders = plan.map(({ responder }) => responder);
  expect(responders).toContain("join-alert");
  expect(responders).not.toContain("set-draining");
});

test("an empty input is one message that is empty; an empty array holds none", async () => {
  expect((await explain(" \n")).lines).toEqual([
    expect.objectContaining({ message: 1, kind: null, error: expect.stringContaining("empty") }),
  ]);
  const said = "standard input has no message in it: it is an empty list.\n";
  expect(await spotkeeper(["explain"], { stdin: "[]" })).toEqual({ code: 0, stdout: "", stderr: said });
  expect(await spotkeeper(["replay"], { stdin: "[]" })).toEqual({ code: 0, stdout: "No incidents.\n", stderr: said });
});

test("files as Windows writes them: byte order marks, UTF-16, carriage returns", async () => {
  const text = `${JSON.stringify(warning())}\r\n${JSON.stringify(rebalance())}\r\n`;
  const little = Buffer.from(`\uFEFF${text}`, "utf16le");
  writeFileSync(join(folder, "utf8.jsonl"), `\uFEFF${text}`);
  writeFileSync(join(folder, "little.jsonl"), little);
  writeFileSync(join(folder, "big.jsonl"), Buffer.from(little).swap16());
  const { stdout } = await spotkeeper(["explain", "--output", "json", "utf8.jsonl", "little.jsonl", "big.jsonl"]);
  const kind = ["spot-interruption", "rebalance"];
  expect(jsonLines(stdout).map((line) => line["kind"])).toEqual([...kind, ...kind, ...kind]);
});

test("a warning whose time cannot be read belongs to the interruption that goes on", async () => {
  const { lines } = await explain([rebalance(), warning({ time: "yesterday" }), lifecycle("terminate")]);
  expect(new Set(lines.map(({ incident }) => incident)).size).toBe(1);
});

test("how long a hook is held: by the policy, and as long as it can be for an agent that was heard", async () => {
  const heldFor = (lines: readonly { readonly [key: string]: unknown }[]): unknown =>
    (lines.at(-1)!["plan"] as { readonly step: string; readonly budgetSeconds: number }[]).find(({ step }) =>
      step.startsWith("await-work"),
    )?.budgetSeconds;
  const alone = await explain(lifecycle("terminate"));
  expect(heldFor(alone.lines)).toBe(33);
  const config = join(folder, "held.yaml");
  writeFileSync(config, "policy: { rules: [{ name: ci, match: { group: web }, do: { holdHooks: 10m } }] }");
  expect(heldFor((await explain(lifecycle("terminate"), ["--config", config])).lines)).toBe(603);
  const heard = await explain([messages.agentSays(), lifecycle("terminate")]);
  expect(heldFor(heard.lines)).toBe(48 * 3_600 - 10);
  const { stdout } = await spotkeeper(["explain"], { stdin: JSON.stringify(lifecycle("terminate")) });
  expect(stdout).toContain("wait until the work on it is over");
});
