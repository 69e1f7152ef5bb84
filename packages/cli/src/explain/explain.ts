import {
  budgetSeconds,
  decide,
  type Doc,
  type Origin,
  parse,
  type Policy,
  type Signal,
  signalOf,
  split,
} from "@spotkeeper/controller";
import { createAlertExplainer } from "./alert.ts";
import { createCorrelator } from "./correlator.ts";
import type { ExplainedAlert, ExplainedPlan, Explanation } from "./explanation.ts";

/** One input of the command: a file, or standard input (`file` is null). */
export interface Input {
  readonly text: string;
  /** The name in the output; null for standard input. */
  readonly file: string | null;
}

/** One parsed message, before its incident is known. */
interface ParsedMessage {
  readonly at: Place;
  readonly origin: Origin;
  readonly signal: Signal | null;
  readonly ignored: string | null;
  readonly error: string | null;
}

/**
 * Explains each raw message: what it means and what would be done, in order. Incidents are numbered within the call.
 * Makes no AWS calls and has no effects.
 *
 * Plans are made as of the message's own time, so that an old message shows the budgets that it had then.
 *
 * @param now epoch milliseconds, for messages whose own time cannot be read
 * @param trusted event sources that are trusted like AWS's own
 */
export function* explain(
  inputs: readonly Input[],
  policy: Policy,
  now: () => number,
  trusted: readonly string[] = [],
): Generator<Explanation> {
  const messages = inputs.flatMap((input) => parseInput(input, now, trusted));
  const join = createCorrelator(messages.flatMap(({ signal }) => (signal === null ? [] : [signal])));
  const explainAlert = createAlertExplainer();
  for (const { at, origin, signal, ignored, error } of messages) {
    if (signal === null) {
      yield { ...at, ...NO_SIGNAL, ignored, error };
      continue;
    }
    const { key, doc, fresh } = join(signal);
    const asOf = doc === null ? signal.at : Math.max(signal.at, doc.body.openedAt);
    const planned = doc === null ? UNPLANNED : plan(doc, policy, asOf);
    const alert: ExplainedAlert | null = doc === null ? null : explainAlert(doc, planned, asOf);
    yield {
      ...at,
      kind: signal.kind,
      instanceId: signal.subject.type === "instance" && !("reservationId" in signal) ? signal.subject.id : null,
      taskArn: signal.subject.type === "task" ? signal.subject.id : null,
      account: signal.account,
      region: signal.region,
      availabilityZone: signal.availabilityZone,
      action: signal.action,
      // If neither the message nor the queue has a readable time, `at` is the current time, which is not when it was
      // noticed.
      noticedAt: signal.timeKnown || signal.at !== origin.receivedAt ? iso(signal.at) : null,
      deadline: signal.deadline === null ? null : iso(signal.deadline),
      estimated: !signal.timeKnown,
      incident: key,
      duplicate: !fresh,
      ignored,
      error,
      ...planned,
      alert,
    };
  }
}

function parseInput({ text, file }: Input, now: () => number, trusted: readonly string[]): ParsedMessage[] {
  return split(text, { file }).flatMap((raw): ParsedMessage[] => {
    const source = file === null ? "stdin" : "file";
    const origin: Origin = { source, account: null, region: null, sentAt: null, receivedAt: now() };
    const empty: ParsedMessage = {
      at: { file, message: raw.message },
      origin,
      signal: null,
      ignored: null,
      error: null,
    };
    const parsed = parse(raw.body, origin, trusted);
    switch (parsed.is) {
      case "ignored":
        return [{ ...empty, ignored: parsed.reason }];
      case "rejected":
        return [{ ...empty, error: parsed.message }];
      case "signals": {
        // Errors of parts of a message are shown once, with its first signal.
        const errors = parsed.errors.length === 0 ? null : parsed.errors.join(" ");
        // For a reservation, EC2 would name the instances; the plan shown is that of each of them.
        const reserved = (parsed.reserved ?? []).map((one) => signalOf(one, one.reservationId));
        return [...parsed.signals, ...reserved].map((signal, place) => ({
          ...empty,
          signal,
          error: place === 0 ? errors : null,
        }));
      }
    }
  });
}

type Place = Pick<Explanation, "file" | "message">;

const UNPLANNED: ExplainedPlan = { rule: null, mode: null, because: null, plan: [] };

const NO_SIGNAL: Omit<Explanation, "file" | "message"> = {
  kind: null,
  instanceId: null,
  taskArn: null,
  account: null,
  region: null,
  availabilityZone: null,
  action: null,
  noticedAt: null,
  deadline: null,
  estimated: false,
  incident: null,
  duplicate: false,
  ignored: null,
  error: null,
  ...UNPLANNED,
  alert: null,
};

function plan(doc: Doc<"incident">, policy: Policy, asOf: number): ExplainedPlan {
  const { rule, mode, because, steps } = decide(doc.body, null, policy);
  return {
    rule,
    mode,
    because,
    plan: steps.map((step) => ({
      step: step.id,
      responder: step.responder,
      budgetSeconds: budgetSeconds(step, asOf),
      ...(step.notBefore !== null && step.notBefore > asOf ? { beginsAt: iso(step.notBefore) } : {}),
    })),
  };
}

const iso = (at: number): string => new Date(at).toISOString();
