import {
  budgetSeconds,
  decide,
  type Doc,
  type Origin,
  parse,
  type Policy,
  type Signal,
  split,
} from "@spotkeeper/controller";
import type { ExplainedAlert } from "./alert.ts";
import { createTeller } from "./alert.ts";
import { createCorrelator } from "./correlator.ts";
import type { Explanation, ExplainedPlan } from "./explanation.ts";

/**
 * What each raw message of one call means and what would be done, in order; incidents are told apart within the call.
 * Pure but for its memory of what it explained before: no AWS calls, no effects.
 *
 * Plans are made as of the message's own time, so that an old message shows the budgets it had.
 *
 * @param now epoch milliseconds, for messages whose own time cannot be read
 */
export function createExplainer(policy: Policy, now: () => number): Explainer {
  const join = createCorrelator();
  const tell = createTeller();

  function ofSignal(signal: Signal, origin: Origin, at: Place, error: string | null): Explanation {
    const { doc, fresh } = join(signal);
    const asOf = doc === null ? signal.at : Math.max(signal.at, doc.body.openedAt);
    const planned = doc === null ? UNPLANNED : plan(doc, policy, asOf);
    const alert: ExplainedAlert | null = doc === null ? null : tell(doc, planned, asOf);
    return {
      ...at,
      kind: signal.kind,
      instanceId: signal.subject.type === "instance" ? signal.subject.id : null,
      taskArn: signal.subject.type === "task" ? signal.subject.id : null,
      account: signal.account,
      region: signal.region,
      availabilityZone: signal.availabilityZone,
      action: signal.action,
      // Without a readable time, and without a queue's, the only time known is now; that is no notice.
      noticedAt: signal.timeKnown || signal.at !== origin.receivedAt ? iso(signal.at) : null,
      deadline: signal.deadline === null ? null : iso(signal.deadline),
      incident: doc?.key ?? null,
      duplicate: !fresh,
      ignored: null,
      error,
      ...planned,
      alert,
    };
  }

  return {
    *explain(text, file) {
      for (const raw of split(text, { file })) {
        const at = { file, message: raw.message };
        const receivedAt = now();
        const source = file === null ? "stdin" : "file";
        const origin: Origin = { source, account: null, region: null, sentAt: null, receivedAt };
        const parsed = parse(raw.body, origin);
        if (parsed.is === "ignored") yield { ...at, ...NOTHING, ignored: parsed.reason };
        else if (parsed.is === "rejected") yield { ...at, ...NOTHING, error: parsed.message };
        else {
          // What is wrong with a part of a message stands once, with its first signal.
          const errors = parsed.errors.length === 0 ? null : parsed.errors.join(" ");
          for (const [place, signal] of parsed.signals.entries()) {
            yield ofSignal(signal, origin, at, place === 0 ? errors : null);
          }
        }
      }
    },
  };
}

export interface Explainer {
  /** @param file as output names it; null for standard input */
  explain(text: string, file: string | null): Generator<Explanation>;
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
    plan: steps.map((step) => ({ step: step.id, responder: step.responder, budgetSeconds: budgetSeconds(step, asOf) })),
  };
}

const iso = (at: number): string => new Date(at).toISOString();
