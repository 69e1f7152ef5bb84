import type { Aws } from "../aws/aws.ts";
import type { Clock, Ms } from "../clock.ts";
import type { Facts } from "../enrich/facts.ts";
import type { LookAround } from "../enrich/look-around.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Phrase } from "../notify/message/phrases.ts";
import type { Route } from "../notify/route.ts";
import type { Doc, Kind } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";
import type { Ledger, Seen } from "../record/ledger/ledger.ts";

/**
 * Documents that must be committed together with a step's result, and ones that must not have changed meanwhile. A step
 * that writes what another step of its incident writes in the same moment runs again after it.
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

/** What a responder may use. Narrow it further by structural types in the responder. */
export interface Context<K extends Kind = Kind> {
  readonly doc: Doc<K>;
  readonly now: Ms;
  readonly clock: Clock;
  /** Whether this worker has opened the incident: for one that another opened, that other may have acted. */
  readonly opened: boolean;
  readonly aws: Aws;
  readonly inventory: Inventory;
  /** What is known of the incident's subject now. */
  readonly facts: () => Facts;
  /** Ids of all instances (and ARNs of Fargate tasks) that are going now, over all open incidents. */
  readonly doomed: () => ReadonlySet<string>;
  /** Fills the inventory with the fewest calls; what could not be learnt shows in `facts().missing`. Never rejects. */
  readonly lookUp: (depth: "act" | "tell", deadline: Ms) => Promise<void>;
  /** Looks for an instance where nothing points; at most twenty calls. Never rejects. */
  readonly lookAround: LookAround;
  /** Resolves a secret by reference (`${env:…}`); null where no reference is given. */
  readonly secret: (reference: string | null) => Promise<string | null>;
  /** What a reference stands for now, where that is not what was refused; null otherwise. */
  readonly renewSecret: (reference: string, refused: string) => Promise<string | null>;
  /** Where people are told, from the top. */
  readonly routes: readonly Route[];
  /** Reads only; writes go through `Also`. */
  readonly ledger: Pick<Ledger, "load" | "list">;
  /** Aborted when the step's budget is over or the process stops. */
  readonly signal: AbortSignal;
  /** For every outside call: the step's own `abandonAt`. */
  readonly deadline: Ms;
}

/** Why a dry run left a step out. */
export const WOULD = "dry run: this would be done";

export type Nature = "acts" | "waits" | "observes";

/** What a responder is, which plans, outcomes and alerts go by without running it. */
export interface Description extends Phrase {
  /** What one step of it does, for people, in the infinitive: "deregister i-0abc from targetgroup/web". */
  readonly title: (step: Step) => string;
  /**
   * `acts`: a write that AWS or the application notices; the first that is done is the incident's first action.
   * `waits`: only watches what acts have begun. Both are left out of a dry run. `observes`: runs in any mode.
   */
  readonly nature: Nature;
  /** The responder that puts back what this one took away; null where nothing is to be put back. */
  readonly undoneBy: string | null;
  /** Whether it may be done, if it is safe to repeat, while the ledger is away. */
  readonly withoutLedger: boolean;
}

/** Finds what is known of a responder by its name; undefined for one that only another version knows. */
export type FindResponder = (name: string) => Description | undefined;

interface Shared extends Description {
  readonly run: (step: Step, ctx: Context) => Promise<Result>;
}

/** What carries out one kind of step; `repeat` says what a repetition does (docs/architecture.md, The step machine). */
export type Responder = Shared &
  (
    | { readonly repeat: "safe" | "token" | "at-most-once" }
    | {
        readonly repeat: "look";
        /** After a crash: did it happen? "unknown" is asked again until the budget is over. */
        readonly look: (step: Step, ctx: Context) => Promise<Result | "not-done" | "unknown">;
      }
  );
