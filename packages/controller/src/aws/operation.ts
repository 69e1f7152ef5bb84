import type { AwsFailure, FailureKind } from "./failure.ts";
import type { Place } from "./ask.ts";
import type { Limit } from "./limits.ts";

/** One call of an operation, when the lane sends it. */
export interface Batch<Item> {
  readonly at: Place;
  readonly group: string;
  readonly items: readonly Item[];
  /**
   * Makes one request to AWS with rate limit, timeout and metrics; errors are classified (rejects with `AwsFailure`).
   * The first request of a batch is sent at once, further ones (pages) wait in the lane.
   *
   * @param name name of the operation, if it is not the batch's
   */
  request<O>(run: (signal: AbortSignal) => Promise<O>, name?: string): Promise<O>;
}

/** How calls of one AWS operation are merged, and how each caller gets its own result. */
export interface Operation<Item, Answer> {
  /** The service's IAM name: `ec2`, `autoscaling`, … */
  readonly service: string;
  readonly name: string;
  readonly limit: Limit;
  /** Maximum number of items in one call. */
  readonly size: number;
  /**
   * Whether equal items of two callers share a call. `in-flight`: reads; also a call that is already in flight (but not
   * for `act`, which may need the state after a later write). `queued`: repeatable writes. `never`: not.
   */
  readonly share: "in-flight" | "queued" | "never";
  /** Equal for equal items, and only for those. */
  readonly keyOf: (item: Item) => string;
  /** Failures that may concern only one item of a batch: the batch is split, so that the others succeed. */
  readonly splitOn?: readonly FailureKind[];
  /** Makes the call; resolves to a function that returns the result of each item. */
  readonly send: (batch: Batch<Item>) => Promise<(item: Item) => Answer | AwsFailure>;
}

/** One finished request, for metrics. */
export interface CallRecord {
  readonly service: string;
  readonly operation: string;
  readonly account: string | null;
  readonly region: string;
  readonly outcome: "ok" | FailureKind;
  readonly purpose: "act" | "enrich" | "poll" | "sweep";
  /** Duration of the request. */
  readonly ms: number;
  /** Number of items in it. */
  readonly batch: number;
}
