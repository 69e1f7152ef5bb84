import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Key } from "../model/key.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { RunnerDeps } from "../respond/runner.ts";
import type { Turn } from "../turn.ts";
import type { Wake } from "../wake.ts";
import type { Evidence, Origin, Parsed, Reserved, Signal } from "../model/signal.ts";

/** Everything the flow is made of. Entries assemble it; tests put in what they need. */
export interface FlowDeps extends RunnerDeps {
  readonly ledger: Ledger;
  readonly wake: Wake;
  /** How long nobody else need look at what is under way here (respond/guard.ts). */
  readonly guard: () => Ms;
  /** Sources beside AWS's own whose events are taken for AWS's. */
  readonly trusted: readonly string[];
  /** The signals of all instances that run in a reservation. Rejects where EC2 cannot be asked. */
  readonly signalsOf: (reserved: Reserved) => Promise<readonly Signal[]>;
  /** The inventory learns from every signal that is seen anyway. */
  readonly learn: (signal: Signal) => void;
  /** And from what is about no single instance. */
  readonly learnEvidence: (evidence: Evidence) => void;
  /** Without a ledger: safe effects only. */
  readonly degraded: (signal: Signal, why: Error) => void;
  readonly advanceAlert: (key: Key, turn: Turn) => Promise<void>;
  readonly onParsed: (parsed: Parsed, origin: Origin) => void;
  readonly onAccepted: (doc: Doc<"incident">, signal: Signal, fresh: boolean) => void;
  readonly onEntries: (doc: Doc, entries: readonly Entry[]) => Promise<void>;
  /** A bug, or a document that the ledger refuses: told, and the message tried again until its queue gives it up. */
  readonly onFailure: (what: string, error: unknown) => void;
}
