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
import { createTeller } from "./alert.ts";
import { createCorrelator } from "./correlator.ts";
import type { ExplainedAlert, ExplainedPlan, Explanation } from "./explanation.ts";

/** One input of a call, a file or standard input (null). */
export interface Input {
  readonly text: string;
  /** As output names it; null for standard input. */
  readonly file: string | null;
}

/** One object of the output, before it is known to which incident it belongs. */
interface Heard {
  readonly at: Place;
  readonly origin: Origin;
  readonly signal: Signal | null;
  readonly ignored: string | null;
  readonly error: string | null;
}

/**
 * What each raw message of one call means and what would be done, in order; incidents are told apart within the call.
 * No AWS calls, no effects.
 *
 * Plans are made as of the message's own time, so that an old message shows the budgets it had.
 *
 * @param now epoch milliseconds, for messages whose own time cannot be read
 * @param trusted sources beside AWS's own whose events are taken for AWS's
 */
export function* explain(
  inputs: readonly Input[],
  policy: Policy,
  now: () => number,
  trusted: readonly string[] = [],
): Generator<Explanation> {
  const heard = inputs.flatMap((input) => listen(input, now, trusted));
  const join = createCorrelator(heard.flatMap(({ signal }) => (signal === null ? [] : [signal])));
  const tell = createTeller();
  for (const { at, origin, signal, ignored, error } of heard) {
    if (signal === null) {
      yield { ...at, ...NOTHING, ignored, error };
      continue;
    }
    const { key, doc, fresh } = join(signal);
    const asOf = doc === null ? signal.at : Math.max(signal.at, doc.body.openedAt);
    const planned = doc === null ? UNPLANNED : plan(doc, policy, asOf);
    const alert: ExplainedAlert | null = doc === null ? null : tell(doc, planned, asOf);
    yield {
      ...at,
      kind: signal.kind,
      instanceId: signal.subject.type === "instance" && !("reservationId" in signal) ? signal.subject.id : null,
      taskArn: signal.subject.type === "task" ? signal.subject.id : null,
      account: signal.account,
      region: signal.region,
      availabilityZone: signal.availabilityZone,
      action: signal.action,
      // Without a readable time, and without a queue's, the only time known is now; that is no notice.
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

function listen({ text, file }: Input, now: () => number, trusted: readonly string[]): Heard[] {
  return split(text, { file }).flatMap((raw): Heard[] => {
    const source = file === null ? "stdin" : "file";
    const origin: Origin = { source, account: null, region: null, sentAt: null, receivedAt: now() };
    const heard: Heard = { at: { file, message: raw.message }, origin, signal: null, ignored: null, error: null };
    const parsed = parse(raw.body, origin, trusted);
    switch (parsed.is) {
      case "ignored":
        return [{ ...heard, ignored: parsed.reason }];
      case "rejected":
        return [{ ...heard, error: parsed.message }];
      case "signals": {
        // What is wrong with a part of a message stands once, with its first signal.
        const errors = parsed.errors.length === 0 ? null : parsed.errors.join(" ");
        // Of a reservation EC2 names the instances; the plan is that of each.
        const reserved = (parsed.reserved ?? []).map((one) => signalOf(one, one.reservationId));
        return [...parsed.signals, ...reserved].map((signal, place) => ({
          ...heard,
          signal,
          error: place === 0 ? errors : null,
        }));
      }
    }
  });
}

type Place = Pick<Explanation, "file" | "message">;

const UNPLANNED: ExplainedPlan = { rule: null, mode: null, because: null, plan: [] };

const NOTHING: Omit<Explanation, "file" | "message"> = {
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
