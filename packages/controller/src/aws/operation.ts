import type { AwsFailure, FailureKind } from "./failure.ts";
import type { Place } from "./ask.ts";
import type { Limit } from "./limits.ts";

/** What one call of an operation is made of, once its turn has come. */
export interface Batch<Item> {
  readonly at: Place;
  readonly group: string;
  readonly items: readonly Item[];
  /**
   * Makes one request to AWS: paced, timed, counted, and with its error classified (rejects with `AwsFailure`). The
   * first of a batch leaves at once, further ones (pages) wait for their turn.
   *
   * @param name of the operation, where it is not the batch's own
   */
  request<O>(run: (signal: AbortSignal) => Promise<O>, name?: string): Promise<O>;
}

/** How one operation of AWS is called for many at a time (its merge rule), and how each caller is answered alone. */
export interface Operation<Item, Answer> {
  /** As IAM names it: `ec2`, `autoscaling`, … */
  readonly service: string;
  readonly name: string;
  readonly limit: Limit;
  /** Items that one call takes. */
  readonly size: number;
  /**
   * Whether equal items of two callers become one: `in-flight` (reads: also with one that is already under way, except
   * for `act`, which may need to see what was written since), `queued` (writes that may be repeated), `never`.
   */
  readonly share: "in-flight" | "queued" | "never";
  /** Equal for equal items, and only for those. */
  readonly keyOf: (item: Item) => string;
  /** Failures that may be about one item of a batch, and let the others through without it. */
  readonly splitOn?: readonly FailureKind[];
  /** Asks AWS; resolves to what each item is answered. */
  readonly send: (batch: Batch<Item>) => Promise<(item: Item) => Answer | AwsFailure>;
}

/** Told of every request that was made, for metrics. */
export interface CallRecord {
  readonly service: string;
  readonly operation: string;
  readonly account: string | null;
  readonly region: string;
  readonly outcome: "ok" | FailureKind;
  readonly purpose: "act" | "enrich" | "poll" | "sweep";
  /** Milliseconds from sending to the answer. */
  readonly ms: number;
  /** Items in it. */
  readonly batch: number;
}
