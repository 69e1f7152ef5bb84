import type { Aws } from "../aws/aws.ts";
import type { Clock, Ms } from "../clock.ts";
import type { Repeat } from "../durable/intent.ts";
import type { Facts } from "../enrich/facts.ts";
import type { LookAround } from "../enrich/look-up/look-around.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Phrase } from "../notify/message/phrases.ts";
import type { Route } from "../notify/route.ts";
import type { Doc, Kind } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";
import type { Ledger, Seen } from "../record/ledger/ledger.ts";

/**
 * Other documents that are committed together with a step's result, and documents that must be unchanged. If two steps
 * of an incident write the same document differently at the same time, the second runs again.
 */
export interface Also {
  readonly writes: readonly Doc[];
  readonly unchanged?: readonly Seen[];
  readonly journal?: readonly Entry[];
}

export type Result =
  | { readonly is: "done"; readonly receipt: Plain; readonly note?: string; readonly also?: Also }
  | { readonly is: "wait"; readonly until: Ms; readonly reason: string; readonly receipt?: Plain; readonly also?: Also }
  | { readonly is: "skip"; readonly reason: string; readonly receipt?: Plain; readonly also?: Also };

/** Dependencies of a responder. */
export interface Context<K extends Kind = Kind> {
  readonly doc: Doc<K>;
  readonly now: Ms;
  readonly clock: Clock;
  /** Whether this worker has opened the incident; else another worker may have acted already. */
  readonly opened: boolean;
  readonly aws: Aws;
  readonly inventory: Inventory;
  /** Returns the current facts about the incident's subject. */
  readonly facts: () => Facts;
  /** Returns ids of all doomed instances (and ARNs of Fargate tasks) of all open incidents. */
  readonly doomed: () => ReadonlySet<string>;
  /** Reads facts into the inventory with few calls; failures are in `facts().missing`. Never rejects. */
  readonly lookUp: (depth: "act" | "tell", deadline: Ms) => Promise<void>;
  /** Searches target groups that no group and no service leads to; at most twenty calls. Never rejects. */
  readonly lookAround: LookAround;
  /** Resolves a secret reference (`${env:…}`); returns null for null. */
  readonly secret: (reference: string | null) => Promise<string | null>;
  /** Resolves a reference again; returns its new value, or null if it is still the refused one. */
  readonly renewSecret: (reference: string, refused: string) => Promise<string | null>;
  /** Routes of alerts, in order. */
  readonly routes: readonly Route[];
  /** For reads only; writes go through `Also`. */
  readonly ledger: Pick<Ledger, "load" | "list">;
  /** Aborted when the step's budget is over or the process stops. */
  readonly signal: AbortSignal;
  /** Deadline of each call: the step's `abandonAt`. */
  readonly deadline: Ms;
}

/** Reason of a step that a dry run skipped. */
export const WOULD = "dry run: this would be done";

export type Nature = "acts" | "waits" | "observes";

/** The properties of a responder that plans, outcomes and alerts use without running it. */
export interface Description extends Phrase {
  /** Describes a step for people, as an imperative: "deregister i-0abc from targetgroup/web". */
  readonly title: (step: Step) => string;
  /**
   * `acts`: has an effect on AWS or the application; the first done one is the incident's first action. `waits`: waits
   * for the end of what actions began. A dry run skips both. `observes`: runs in any mode.
   */
  readonly nature: Nature;
  /** The responder that undoes this one; null means no undo. */
  readonly undoneBy: string | null;
  /** Whether it may run while the ledger is unavailable, if it is safe to repeat. */
  readonly withoutLedger: boolean;
}

/** Finds a responder's description by name; undefined if only another version has it. */
export type FindResponder = (name: string) => Description | undefined;

interface Shared extends Description {
  readonly run: (step: Step, ctx: Context) => Promise<Result>;
}

/** Carries out one kind of step. `repeat`: what a repetition does (durable/intent.ts). */
export type Responder = Shared &
  (
    | { readonly repeat: Exclude<Repeat, "verify"> }
    | {
        readonly repeat: Extract<Repeat, "verify">;
        /**
         * Verifies after a crash whether the effect happened. After "unknown" it is called again, until the time limit.
         */
        readonly verify: (step: Step, ctx: Context) => Promise<Result | "not-done" | "unknown">;
      }
  );
