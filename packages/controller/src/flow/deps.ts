import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Key } from "../model/key.ts";
import type { Params } from "../model/plain.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { RunnerDeps } from "../respond/machine/runner.ts";
import type { AdvanceLimits } from "../advance-limits.ts";
import type { Wake } from "../wake.ts";
import type { Evidence, Origin, Parsed, Reserved, Signal } from "../model/signal.ts";

/** Dependencies of the flow. */
export interface FlowDeps extends RunnerDeps {
  readonly ledger: Ledger;
  readonly wake: Wake;
  /** The takeover delay (respond/machine/takeover-delay.ts). */
  readonly takeoverDelay: () => Ms;
  /** Sources of events that are accepted like those of AWS, such as a forwarder. */
  readonly trusted: readonly string[];
  /** Makes the signals of all instances in a reservation. Rejects if EC2 cannot be read. */
  readonly signalsOf: (reserved: Reserved) => Promise<readonly Signal[]>;
  /** Adds each signal's observations to the inventory. */
  readonly feed: (signal: Signal) => void;
  /** Adds evidence to the inventory. */
  readonly feedEvidence: (evidence: Evidence) => void;
  /** Handles a signal without a ledger: safe effects only. */
  readonly degraded: (signal: Signal, why: Error) => void;
  /** WakeUps for an incident of a subject for which something was done before it could be recorded. */
  readonly doneBefore: (subject: string) => Params;
  readonly advanceAlert: (key: Key, limits: AdvanceLimits) => Promise<void>;
  readonly onParsed: (parsed: Parsed, origin: Origin) => void;
  readonly onAccepted: (doc: Doc<"incident">, signal: Signal, fresh: boolean) => void;
  readonly onEntries: (doc: Doc, entries: readonly Entry[]) => Promise<void>;
  /** Reports a bug, or a document that the ledger refuses. The message is retried until its queue gives it up. */
  readonly onFailure: (what: string, error: unknown) => void;
}
