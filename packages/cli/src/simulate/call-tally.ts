import type { CallRecord } from "@spotkeeper/controller";

/** Counts AWS calls by operation and purpose. */
export interface CallTally {
  readonly add: (call: Pick<CallRecord, "service" | "operation" | "purpose" | "outcome">) => void;
  /** Counts by `service:Operation`, in alphabetical order. */
  readonly byOperation: () => { readonly [operation: string]: number };
  readonly by: (purpose: CallRecord["purpose"]) => number;
  readonly total: () => number;
  readonly throttled: () => number;
}

export function createCallTally(): CallTally {
  const operations = new Map<string, number>();
  const purposes = new Map<string, number>();
  let total = 0;
  let throttled = 0;
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  return {
    add({ service, operation, purpose, outcome }) {
      total += 1;
      count(operations, `${service}:${operation}`);
      count(purposes, purpose);
      if (outcome === "throttled") throttled += 1;
    },
    byOperation: () => Object.fromEntries([...operations].toSorted(([one], [other]) => (one < other ? -1 : 1))),
    by: (purpose) => purposes.get(purpose) ?? 0,
    total: () => total,
    throttled: () => throttled,
  };
}
