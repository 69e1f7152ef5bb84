import type { Observer } from "../flow/observer.ts";
import type { Metrics } from "./metrics.ts";

/** The flow's hooks, turned into metrics. */
export const measuring = (metrics: Metrics): Omit<Required<Observer>, "onAccepted" | "onFailure"> => ({
  onParsed: metrics.parsed,
  onEntries: metrics.entries,
  onAlert: metrics.alert,
  onSuppressed: metrics.withheld,
});
