import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Step } from "../model/step.ts";
import type { Origin, Parsed } from "../model/signal.ts";
import { createLabel } from "./labels.ts";
import { firstActionSeconds } from "../correlate/notice.ts";
import { toRow } from "../record/rows/row.ts";
import { outcomes } from "./outcomes.ts";

/** One AWS call, reported by the lanes. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  /** `ok`, or the kind of failure. */
  readonly outcome: string;
}

/** The metrics, fed by the hooks of the flow, the lanes and the alerts. Nothing here throws or waits. */
export interface Metrics {
  parsed(parsed: Parsed, origin: Origin): void;
  entries(doc: Doc, entries: readonly Entry[]): void;
  call(call: Call): void;
  alert(channel: string, outcome: string): void;
  withheld(reason: string): void;
  /** A reload of the config was tried. */
  reloaded(ok: boolean): void;
  /** @param open number of open incidents; null if not known, shown as NaN */
  text(open: number | null): Promise<string>;
  /** Content type of `text`. */
  readonly contentType: string;
}

/** Buckets in seconds: the goal of a first action is one second, and after 120 the capacity is gone. */
const FIRST_ACTION = [0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 90, 120, 300];
const MARGIN = [-300, -60, -30, -10, -5, 0, 5, 10, 20, 30, 45, 60, 75, 90, 105, 120, 300];
const REPLACEMENT = [15, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1_800];
const STEP = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 90, 120, 300, 900];

/** What `spotkeeper_drains_total` counts: its share of `in-time` is the rate of success. */
const DRAINS = ["in-time", "late", "not-drained"] as const;

/** Number of remembered first actions; bounded, since only recent ones can be counted twice. */
const REMEMBERED = 10_000;

/** Creates the worker's metrics (docs/metrics.md), with their own registry. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name, help, labelNames, registers });

  const signals = counter("spotkeeper_signals_total", "Signals heard, duplicates among them", ["kind", "source"]);
  const rejected = counter("spotkeeper_signals_rejected_total", "Messages that could not be understood", ["reason"]);
  const ignored = counter("spotkeeper_signals_ignored_total", "Messages that lead to nothing, and why", ["reason"]);
  const open = new Gauge({ name: "spotkeeper_incidents_open", help: "Incidents that are not closed", registers });
  const closed = counter("spotkeeper_incidents_total", "Incidents closed, by how they ended", ["outcome"]);
  const missed = counter("spotkeeper_missed_notices_total", "Interruptions that no warning preceded");
  const firstAction = new Histogram({
    name: "spotkeeper_first_action_seconds",
    help: "From the signal's own time to the first write that was accepted",
    buckets: FIRST_ACTION,
    registers,
  });
  const margin = new Histogram({
    name: "spotkeeper_deadline_margin_seconds",
    help: "Left until the deadline when drained; negative when late",
    buckets: MARGIN,
    registers,
  });
  const replacement = new Histogram({
    name: "spotkeeper_replacement_seconds",
    help: "From the notice until a replacement served",
    buckets: REPLACEMENT,
    registers,
  });
  const drains = counter(
    "spotkeeper_drains_total",
    "Instances and tasks with a deadline, by whether they were drained",
    ["result"],
  );
  const steps = counter("spotkeeper_steps_total", "Steps settled", ["responder", "outcome"]);
  const stepSeconds = new Histogram({
    name: "spotkeeper_step_seconds",
    help: "From a step's first attempt until it was settled",
    labelNames: ["responder"],
    buckets: STEP,
    registers,
  });
  const calls = counter("spotkeeper_aws_calls_total", "AWS calls", ["service", "operation", "outcome"]);
  const alerts = counter("spotkeeper_alerts_total", "Alerts sent, by channel", ["channel", "outcome"]);
  const suppressed = counter("spotkeeper_alerts_suppressed_total", "Alerts withheld, and why", ["reason"]);

  const reload = new Gauge({
    name: "spotkeeper_config_last_reload_successful",
    help: "Whether the config that was read last is in use: 0 after a reload of an invalid one",
    registers,
  });
  reload.set(1);

  const label = Object.fromEntries(
    ["rejected", "responder", "service", "operation", "call", "channel", "alert", "withheld"].map(
      (name) => [name, createLabel()] as const,
    ),
  ) as Record<string, (value: string) => string>;
  const bound = (name: string, value: string): string => label[name]?.(value) ?? "other";
  const acted = createOnce(REMEMBERED);
  // Initialised with zero, so that a rate can be calculated.
  for (const outcome of outcomes) closed.inc({ outcome }, 0);
  for (const result of DRAINS) drains.inc({ result }, 0);

  function ended(doc: Doc, outcome: string): void {
    closed.inc({ outcome });
    if (outcome === "missed-notice") missed.inc();
    if (doc.kind !== "incident") return;
    const { spareSeconds, replacementSeconds } = toRow(doc.key, doc.body);
    if (replacementSeconds !== null) replacement.observe(replacementSeconds);
    if (outcome === "deadline-passed") drains.inc({ result: "not-drained" });
    else if (outcome === "drained" && spareSeconds !== null)
      drains.inc({ result: spareSeconds < 0 ? "late" : "in-time" });
  }

  function step(doc: Doc, entry: Entry): void {
    const { state, responder } = entry.data;
    if (typeof responder !== "string" || (state !== "done" && state !== "skipped" && state !== "abandoned")) return;
    const labels = { responder: bound("responder", responder) };
    steps.inc({ ...labels, outcome: state });
    const settled = stepOf(doc, entry);
    if (settled !== undefined && settled.startedAt !== null && settled.settledAt !== null)
      stepSeconds.observe(labels, (settled.settledAt - settled.startedAt) / 1000);
    if (doc.kind !== "incident" || doc.body.firstActionAt !== entry.at || !acted(doc.key)) return;
    const seconds = firstActionSeconds(doc.body);
    if (seconds !== null) firstAction.observe(seconds);
  }

  return {
    parsed(parsed, origin) {
      switch (parsed.is) {
        case "signals":
          for (const { kind } of parsed.signals) signals.inc({ kind, source: origin.source });
          if (parsed.errors.length > 0) rejected.inc({ reason: "in-part" }, parsed.errors.length);
          return;
        case "ignored":
          return ignored.inc({ reason: parsed.reason });
        case "rejected":
          return rejected.inc({ reason: bound("rejected", parsed.reason) });
      }
    },
    entries(doc, entries) {
      for (const entry of entries) {
        const { marginSeconds, outcome } = entry.data;
        if (entry.kind === "step") step(doc, entry);
        else if (entry.kind === "state" && typeof marginSeconds === "number") margin.observe(marginSeconds);
        else if (entry.kind === "outcome" && typeof outcome === "string") ended(doc, outcome);
      }
    },
    call({ service, operation, outcome }) {
      calls.inc({
        service: bound("service", service),
        operation: bound("operation", operation),
        outcome: bound("call", outcome),
      });
    },
    alert: (channel, outcome) => alerts.inc({ channel: bound("channel", channel), outcome: bound("alert", outcome) }),
    withheld: (reason) => suppressed.inc({ reason: bound("withheld", reason) }),
    reloaded: (ok) => reload.set(ok ? 1 : 0),
    text(count) {
      open.set(count ?? Number.NaN);
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

/** Returns the step of an entry from the document. */
function stepOf(doc: Doc, entry: Entry): Step | undefined {
  if (doc.kind !== "incident" && doc.kind !== "group") return undefined;
  const all = doc.kind === "incident" ? [...doc.body.steps, ...doc.body.owed] : doc.body.steps;
  return all.find((step) => step.id === entry.data["step"]);
}

/** Creates a function that returns true the first time a key is given, among the last `most` keys. */
function createOnce(most: number): (key: string) => boolean {
  const seen = new Set<string>();
  return (key) => {
    if (seen.has(key)) return false;
    seen.add(key);
    for (const oldest of seen) {
      if (seen.size <= most) break;
      seen.delete(oldest);
    }
    return true;
  };
}
