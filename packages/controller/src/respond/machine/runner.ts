import type { Aws } from "../../aws/aws.ts";
import type { Clock, Ms } from "../../clock.ts";
import type { Policy } from "../../decide/policy.ts";
import type { Facts } from "../../enrich/facts.ts";
import type { LookAround } from "../../enrich/look-up/look-around.ts";
import type { Inventory } from "../../inventory/inventory.ts";
import type { Doc } from "../../model/doc.ts";
import type { Key } from "../../model/key.ts";
import type { Step } from "../../model/step.ts";
import { NO_FACTS } from "../../decide/decide.ts";
import type { Finished } from "./apply.ts";
import { type Context, WOULD } from "../responder.ts";
import { findResponder } from "../responders/index.ts";
import { runStep } from "./run-step.ts";

/** Dependencies of all steps. */
export interface RunnerDeps {
  readonly ledger: Context["ledger"];
  readonly inventory: Inventory;
  readonly aws: Aws;
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly policy: () => Policy;
  /** Routes of alerts, in order. */
  readonly routes: Context["routes"];
  readonly factsOf: (doc: Doc<"incident">) => Facts;
  /** Returns ids of all doomed instances (and ARNs of Fargate tasks). */
  readonly doomed: Context["doomed"];
  readonly lookUp: (doc: Doc<"incident">, depth: "act" | "tell", deadline: Ms) => Promise<void>;
  /** Searches target groups that no group and no service leads to (enrich/look-up/look-around.ts). */
  readonly lookAround: LookAround;
  readonly secret: Context["secret"];
  readonly renewSecret: Context["renewSecret"];
  /** Aborted when the process stops. */
  readonly stopping: AbortSignal;
}

export interface Runner {
  readonly isSafe: (step: Step) => boolean;
  /** Runs one step once, within its time limit; never rejects. */
  readonly run: (doc: Doc, step: Step) => Promise<Finished>;
}

const LAST_CHANCE_TAKES = 30_000;

/**
 * Creates the runner, which gives each step its responder and context.
 *
 * @param opened whether this worker has opened an incident, by its key
 */
export function createRunner(deps: RunnerDeps, opened: (key: Key) => boolean): Runner {
  return {
    isSafe: (step) => findResponder(step.responder)?.repeat === "safe",
    async run(doc, step) {
      const now = deps.clock.now();
      const responder = findResponder(step.responder);
      if (responder === undefined) {
        // The step was planned by a newer version that runs at the same time.
        const failure = { reason: `this version knows no responder "${step.responder}"`, retryAt: null };
        return { step, title: step.responder, acts: false, startedAt: now, failure };
      }
      if (responder.nature === "acts" && deps.policy().defaults.dryRun) {
        // Also for steps that were planned before the dry run was configured.
        const result = { is: "skip", reason: WOULD } as const;
        return { step, title: responder.title(step), acts: false, startedAt: now, result };
      }
      // The last attempt (next.ts) comes after `abandonAt`.
      const deadline = step.abandonAt > now ? step.abandonAt : now + LAST_CHANCE_TAKES;
      const budget = new AbortController();
      const cancel = deps.clock.setTimer(deadline, () => budget.abort(new Error("the step's budget is over")));
      const context: Context = {
        doc,
        now,
        clock: deps.clock,
        opened: opened(doc.key),
        aws: deps.aws,
        inventory: deps.inventory,
        facts: () => (doc.kind === "incident" ? deps.factsOf(doc) : NO_FACTS),
        doomed: deps.doomed,
        lookUp: (depth, deadline) => (doc.kind === "incident" ? deps.lookUp(doc, depth, deadline) : Promise.resolve()),
        lookAround: deps.lookAround,
        secret: deps.secret,
        renewSecret: deps.renewSecret,
        routes: deps.routes,
        ledger: deps.ledger,
        signal: AbortSignal.any([budget.signal, deps.stopping]),
        deadline,
      };
      try {
        return await runStep(responder, step, context, deps.random);
      } finally {
        cancel();
      }
    },
  };
}
