import type { VirtualClock } from "@spotkeeper/simulator";
import type { PlannedStep } from "../../../src/decide/plan.ts";
import type { Doc } from "../../../src/model/doc.ts";
import type { Key } from "../../../src/model/key.ts";
import type { Step } from "../../../src/model/step.ts";
import type { Ledger } from "../../../src/record/ledger/ledger.ts";
import type { Finished } from "../../../src/respond/machine/apply.ts";
import { takeoverDelayOf } from "../../../src/respond/machine/takeover-delay.ts";
import type { MachineDeps } from "../../../src/respond/machine/machine.ts";
import type { Result } from "../../../src/respond/responder.ts";
import { mergePlan } from "../../../src/respond/machine/steps.ts";

/** What a machine is to do in place of a plan by policy and of responders. */
export interface Script {
  readonly plan: readonly PlannedStep[];
  readonly unsafe?: readonly string[];
  readonly run: (step: Step, doc: Doc) => Promise<Result>;
}

export interface Scripted {
  readonly deps: MachineDeps<"incident">;
  /** Ids of the steps that it ran, in order. */
  readonly ran: string[];
  readonly woken: [Key, number][];
}

/** A worker of its own over a ledger, that does what the script says. */
export function scripted(clock: VirtualClock, ledger: Ledger, script: Script): Scripted {
  const ran: string[] = [];
  const woken: [Key, number][] = [];
  const deps: MachineDeps<"incident"> = {
    ledger,
    clock,
    wake: { at: (key, when) => Promise.resolve(void woken.push([key, when])) },
    refresh: (doc, now) => {
      const steps = mergePlan(doc.body.steps, script.plan, now);
      return { doc: { ...doc, wakeAt: null, body: { ...doc.body, steps } }, entries: [] };
    },
    takeoverDelay: () => takeoverDelayOf(1),
    isSafe: (step) => script.unsafe?.includes(step.id) !== true,
    run: async (doc, step): Promise<Finished> => {
      ran.push(step.id);
      const base = { step, title: step.id, acts: true, startedAt: clock.now() };
      return { ...base, result: await script.run(step, doc) };
    },
  };
  return { deps, ran, woken };
}
