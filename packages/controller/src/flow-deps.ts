import type { Aws } from "./aws/aws.ts";
import type { Clock, Ms } from "./clock.ts";
import type { Policy } from "./decide/policy.ts";
import type { Facts } from "./enrich/facts.ts";
import type { LookAround } from "./enrich/look-around.ts";
import type { Inventory } from "./inventory/inventory.ts";
import type { Route } from "./notify/route.ts";
import type { Doc, Entry, Key } from "./record/doc.ts";
import type { Ledger } from "./record/ledger/ledger.ts";
import type { Wake } from "./respond/machine.ts";
import type { Evidence, Origin, Parsed, Reserved, Signal } from "./signal/signal.ts";

/** Everything the flow is made of. Entries assemble it; tests put in what they need. */
export interface FlowDeps {
  readonly ledger: Ledger;
  readonly inventory: Inventory;
  readonly aws: Aws;
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly wake: Wake;
  /** How long nobody else need look at what is under way here (respond/guard.ts). */
  readonly guard: () => Ms;
  readonly policy: () => Policy;
  /** Where people are told, from the top. */
  readonly routes: readonly Route[];
  readonly factsOf: (doc: Doc<"incident">) => Facts;
  /** Ids of all instances (and ARNs of Fargate tasks) that are going now. */
  readonly doomed: () => ReadonlySet<string>;
  readonly lookUp: (doc: Doc<"incident">, depth: "act" | "tell", deadline: Ms) => Promise<void>;
  /** Looks for an instance where nothing points (enrich/look-around.ts). */
  readonly lookAround: LookAround;
  readonly secret: (reference: string | null) => Promise<string | null>;
  /** What a reference stands for now, where that is not what was refused; null otherwise. */
  readonly renewSecret: (reference: string, refused: string) => Promise<string | null>;
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
  readonly advanceAlert: (key: Key, poked: () => Promise<void>) => Promise<void>;
  readonly onParsed: (parsed: Parsed, origin: Origin) => void;
  readonly onAccepted: (doc: Doc<"incident">, signal: Signal, fresh: boolean) => void;
  readonly onEntries: (doc: Doc, entries: readonly Entry[]) => void;
  /** A bug, or a document that the ledger refuses: told, and the message tried again until its queue gives it up. */
  readonly onFailure: (what: string, error: unknown) => void;
  /** Aborted when the process stops. */
  readonly stopping: AbortSignal;
}
