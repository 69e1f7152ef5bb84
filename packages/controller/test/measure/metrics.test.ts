import { expect, test } from "vitest";
import type { Clock } from "../../src/clock.ts";
import { defaultPolicy } from "../../src/decide/defaults.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Entry } from "../../src/model/journal.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import type { Finished } from "../../src/respond/machine/apply.ts";
import { refreshIncident } from "../../src/respond/incident/refresh.ts";
import { advanceDoc } from "../../src/respond/machine/machine.ts";
import { findResponder } from "../../src/respond/responders/index.ts";
import { createMetrics, type Metrics } from "../../src/measure/metrics.ts";
import { parse } from "../../src/signal/parse.ts";
import type { Origin } from "../../src/model/signal.ts";
import { incidentDoc, T0, warning } from "../record/support/samples.ts";
import { factsWith } from "../respond/support.ts";
import { startShow } from "../show/support/show.ts";

/** What INTERFACE promises, and `signals_ignored_total`, since what leads to nothing is counted too. */
const PROMISED = {
  spotkeeper_signals_total: ["kind", "source"],
  spotkeeper_signals_rejected_total: ["reason"],
  spotkeeper_signals_ignored_total: ["reason"],
  spotkeeper_incidents_open: [],
  spotkeeper_incidents_total: ["outcome"],
  spotkeeper_first_action_seconds: ["le"],
  spotkeeper_deadline_margin_seconds: ["le"],
  spotkeeper_replacement_seconds: ["le"],
  spotkeeper_drains_total: ["result"],
  spotkeeper_steps_total: ["outcome", "responder"],
  spotkeeper_step_seconds: ["le", "responder"],
  spotkeeper_aws_calls_total: ["operation", "outcome", "service"],
  spotkeeper_alerts_total: ["channel", "outcome"],
  spotkeeper_alerts_suppressed_total: ["reason"],
  spotkeeper_missed_notices_total: [],
  spotkeeper_config_last_reload_successful: [],
};

const origin: Origin = { source: "sqs", account: null, region: null, sentAt: null, receivedAt: T0 };
const key = "incident#i-0abc1234#1";
const entry = (kind: Entry["kind"], data: Entry["data"], at = T0): Entry => ({ key, at, kind, text: "", data });
const stepEntry = (at: number, data: Entry["data"] = {}): Entry =>
  entry("step", { step: "set-draining", responder: "set-draining", state: "done", ...data }, at);

/** Samples by name and labels, as Prometheus reads them. */
async function samples(metrics: Metrics, open: number | null = 0): Promise<ReadonlyMap<string, number>> {
  const lines = (await metrics.text(open)).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

function everything(metrics: Metrics): void {
  metrics.parsed({ is: "signals", signals: [warning("i-0abc1234")], errors: ["one"] }, origin);
  metrics.parsed({ is: "rejected", reason: "not-json", message: "" }, origin);
  metrics.parsed({ is: "ignored", reason: "unknown-event", detailType: "x" }, origin);
  metrics.entries(withStep({ startedAt: T0, settledAt: T0 + 3_000 }), [stepEntry(T0 + 1_000)]);
  metrics.entries(base, [entry("state", { marginSeconds: 42 }), entry("outcome", { outcome: "missed-notice" })]);
  metrics.entries(base, [entry("outcome", { outcome: "cancelled" })]);
  metrics.call({ service: "ec2", operation: "DescribeInstances", outcome: "ok" });
  metrics.alert("sns", "sent");
  metrics.withheld("superseded");
}

const base = incidentDoc("i-0abc1234", {
  body: {
    firstActionAt: T0 + 1_000,
    signals: [{ id: "m", kind: "spot-interruption", at: T0, receivedAt: T0 + 500, source: "sqs" }],
  },
});

function withStep(times: { readonly startedAt: number; readonly settledAt: number }): Doc<"incident"> {
  const step = {
    id: "set-draining",
    responder: "set-draining",
    params: {},
    after: [],
    notBefore: null,
    abandonAt: T0 + 110_000,
    attempts: 1,
    state: "done",
    retryAt: null,
    reason: null,
    receipt: null,
    startedAt: times.startedAt,
    settledAt: times.settledAt,
  } as const;
  return { ...base, body: { ...base.body, steps: [step] } };
}

test("has the metrics that are promised, with their labels, and no other", async () => {
  const metrics = createMetrics();
  everything(metrics);
  const text = await metrics.text(3);
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(new Set(names)).toEqual(new Set(Object.keys(PROMISED)));

  for (const sample of (await samples(metrics)).keys()) {
    const [, name, labels = ""] = /^([a-z_]+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})?$/.exec(sample)!;
    const used = [...labels.matchAll(/(\w+)=/g)].map(([, label]) => label!);
    const promised = PROMISED[name as keyof typeof PROMISED] as readonly string[];
    const known = new Set(promised.filter((label) => label !== "le"));
    expect([name, new Set(used.filter((label) => label !== "le"))]).toEqual([name, known]);
  }
});

test("counts what happened", async () => {
  const metrics = createMetrics();
  everything(metrics);
  const found = await samples(metrics, 3);

  expect(Object.fromEntries(found)).toMatchObject({
    'spotkeeper_signals_total{kind="spot-interruption",source="sqs"}': 1,
    'spotkeeper_signals_rejected_total{reason="not-json"}': 1,
    'spotkeeper_signals_rejected_total{reason="in-part"}': 1,
    'spotkeeper_signals_ignored_total{reason="unknown-event"}': 1,
    spotkeeper_incidents_open: 3,
    'spotkeeper_incidents_total{outcome="missed-notice"}': 1,
    'spotkeeper_incidents_total{outcome="cancelled"}': 1,
    'spotkeeper_incidents_total{outcome="drained"}': 0,
    spotkeeper_missed_notices_total: 1,
    spotkeeper_first_action_seconds_sum: 1,
    spotkeeper_deadline_margin_seconds_sum: 42,
    'spotkeeper_steps_total{responder="set-draining",outcome="done"}': 1,
    'spotkeeper_step_seconds_sum{responder="set-draining"}': 3,
    'spotkeeper_aws_calls_total{service="ec2",operation="DescribeInstances",outcome="ok"}': 1,
    'spotkeeper_alerts_total{channel="sns",outcome="sent"}': 1,
    'spotkeeper_alerts_suppressed_total{reason="superseded"}': 1,
  });
});

test("what is not known of open incidents is not zero", async () => {
  expect((await samples(createMetrics(), null)).get("spotkeeper_incidents_open")).toBeNaN();
});

test("no label is an identifier, or grows without end", async () => {
  const metrics = createMetrics();
  for (let n = 0; n < 2_000; n++) {
    const id = `i-0abc${String(n).padStart(6, "0")}`;
    const arn = `arn:aws:ecs:eu-west-1:111122223333:task/${n}`;
    metrics.entries(base, [stepEntry(T0, { responder: `terminate ${id}` }), stepEntry(T0, { responder: arn })]);
    metrics.call({ service: `s${n}`, operation: id, outcome: "ok" });
    metrics.parsed({ is: "rejected", reason: `reason ${n}`, message: "" }, origin);
    metrics.alert(`channel ${n}`, "x".repeat(100));
    metrics.withheld(`${n}`);
  }
  const text = await metrics.text(0);

  expect(text).not.toMatch(/i-0abc|arn:|x{100}/);
  expect(text.split("\n").length).toBeLessThan(1_200);
});

test("a first action is counted once, though several steps are done in its millisecond", async () => {
  const metrics = createMetrics();
  const doc = withStep({ startedAt: T0, settledAt: T0 });
  metrics.entries(doc, [stepEntry(T0 + 1_000), stepEntry(T0 + 1_000)]);
  metrics.entries(doc, [stepEntry(T0 + 1_000)]);
  metrics.entries(doc, [stepEntry(T0 + 5_000)]);
  metrics.entries({ ...doc, key: "incident#i-2#1" }, [stepEntry(T0 + 1_000)]);

  expect((await samples(metrics)).get("spotkeeper_first_action_seconds_count")).toBe(2);
});

test.each([
  ["a warning", [["spot-interruption", T0, T0 + 500]], 1],
  [
    "a warning after a recommendation that was only told",
    [
      ["rebalance", T0 - 3_600_000, T0 - 3_600_000],
      ["spot-interruption", T0, T0 + 500],
    ],
    1,
  ],
  [
    "a recommendation, whose warning came after",
    [
      ["rebalance", T0 - 1_000, T0 - 500],
      ["spot-interruption", T0, T0 + 9_000],
    ],
    2,
  ],
  [
    "a hook after a recommendation",
    [
      ["rebalance", T0 - 3_600_000, T0 - 3_600_000],
      ["lifecycle-terminating", T0 + 250, T0 + 300],
    ],
    0.75,
  ],
  ["a warning from a clock that is ahead", [["spot-interruption", T0 + 5_000, T0 + 500]], 0],
  ["a scheduled change", [["scheduled-change", T0 - 86_400_000, T0 - 86_400_000]], null],
] as const)("the first action is measured from %s", async (_, heard, seconds) => {
  const metrics = createMetrics();
  const signals = heard.map(([kind, at, receivedAt]) => ({ id: kind, kind, at, receivedAt, source: "sqs" }) as const);
  metrics.entries({ ...base, body: { ...base.body, signals } }, [stepEntry(T0 + 1_000)]);
  const found = await samples(metrics);

  expect(found.get("spotkeeper_first_action_seconds_count")).toBe(seconds === null ? 0 : 1);
  expect(found.get("spotkeeper_first_action_seconds_sum")).toBe(seconds ?? 0);
});

test("the metrics follow from what the machine really commits", async () => {
  let now = T0 + 700;
  const clock: Clock = {
    now: () => now,
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
    setTimer: () => () => undefined,
  };
  const ledger = openSqliteLedger({ file: ":memory:", clock });
  const metrics = createMetrics();
  const opened = await ledger.accept(warning("i-0abc1234"), now);
  const run = (_doc: Doc<"incident">, step: Finished["step"]): Promise<Finished> => {
    now += 100;
    const acts = findResponder(step.responder)?.nature === "acts";
    const receipt = step.responder === "verify-gone" ? { gone: true } : { key: "alert#a", generation: 1 };
    return Promise.resolve({ step, title: step.id, acts, startedAt: now - 100, result: { is: "done", receipt } });
  };

  for (let turn = 0; turn < 20; turn++) {
    await advanceDoc(
      {
        ledger,
        clock,
        wake: { at: () => Promise.resolve() },
        refresh: (doc, at) => refreshIncident(doc, factsWith({ instance: null }), defaultPolicy, findResponder, at),
        takeoverDelay: () => 5_000,
        isSafe: () => true,
        run,
        onEntries: metrics.entries,
      },
      opened!.doc.key,
      "incident",
      { nextWakeUp: () => new Promise(() => undefined), until: Infinity },
    );
    const doc = await ledger.load(opened!.doc.key, "incident");
    if (doc?.body.closedAt !== null) break;
    now = Math.max(now, doc.wakeAt ?? now);
  }
  const closed = (await ledger.load(opened!.doc.key, "incident"))!.body;
  const found = await samples(metrics);

  expect(closed.outcome).toBe("drained");
  expect(found.get('spotkeeper_incidents_total{outcome="drained"}')).toBe(1);
  expect(found.get("spotkeeper_first_action_seconds_count")).toBe(1);
  expect(found.get("spotkeeper_first_action_seconds_sum")).toBeCloseTo((closed.firstActionAt! - T0) / 1000);
  expect(found.get("spotkeeper_deadline_margin_seconds_count")).toBe(1);
  expect(found.get("spotkeeper_deadline_margin_seconds_sum")).toBeCloseTo(
    (closed.deadline! - closed.drainedAt!) / 1000,
  );
  const steps = [...found]
    .filter(([name]) => name.startsWith("spotkeeper_steps_total"))
    .reduce((sum, [, n]) => sum + n, 0);
  expect(steps).toBe(closed.steps.length);
  await ledger.close();
});

test("what the parser says is what is counted", async () => {
  const metrics = createMetrics();
  for (const body of ["{", "", '{"detail-type":"x","source":"aws.ec2"}', '{"Event":"autoscaling:TEST_NOTIFICATION"}'])
    metrics.parsed(parse(body, origin), origin);
  const found = await samples(metrics);

  expect(found.get('spotkeeper_signals_rejected_total{reason="not-json"}')).toBe(1);
  expect(found.get('spotkeeper_signals_rejected_total{reason="empty"}')).toBe(1);
  expect(found.get('spotkeeper_signals_ignored_total{reason="unknown-event"}')).toBe(1);
  expect(found.get('spotkeeper_signals_ignored_total{reason="test-notification"}')).toBe(1);
});

test("they are served, with how many incidents are open", async () => {
  const metrics = createMetrics();
  await using setting = await startShow({}, { metrics });
  await setting.ledger.accept(warning("i-1"), T0);
  const closed = incidentDoc("i-2", { body: { closedAt: T0, outcome: "drained" } });
  await setting.ledger.commit([closed], []);

  const response = await setting.get("/metrics");
  expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  expect(await response.text()).toContain("\nspotkeeper_incidents_open 1\n");
});

test("they are served without a ledger, where they are needed the most", async () => {
  await using base = await startShow();
  const list = (): Promise<never> => Promise.reject(new Error("away"));
  await using setting = await startShow({}, { ledger: { ...base.ledger, list } });

  const response = await setting.get("/metrics");
  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(/^spotkeeper_incidents_open Nan$/im);
});

test("drains are counted by whether they were in time, and replacements from the notice until they served", async () => {
  const metrics = createMetrics();
  const ended = (body: Partial<Incident>, outcome: string): void =>
    metrics.entries({ ...base, body: { ...base.body, ...body } }, [entry("outcome", { outcome })]);
  const deadline = T0 + 120_000;
  ended({ deadline, drainedAt: T0 + 80_000, servesAt: T0 + 100_000 }, "drained");
  ended({ deadline, drainedAt: T0 + 130_000 }, "drained");
  ended({ deadline }, "deadline-passed");
  ended({ deadline: null, drainedAt: T0 }, "drained");
  ended({ deadline }, "cancelled");
  const found = await samples(metrics);
  const drains = ["in-time", "late", "not-drained"].map((result) =>
    found.get(`spotkeeper_drains_total{result="${result}"}`),
  );
  expect(drains).toEqual([1, 1, 1]);
  expect(found.get("spotkeeper_replacement_seconds_count")).toBe(1);
  expect(found.get("spotkeeper_replacement_seconds_sum")).toBe(100);
});
