import type { Observer } from "../flow/observer.ts";
import type { Metrics } from "./metrics.ts";

/** Makes observers of the flow that update the metrics. */
export const measuring = (metrics: Metrics): Omit<Required<Observer>, "onAccepted" | "onFailure"> => ({
  onParsed: metrics.parsed,
  onEntries: metrics.entries,
  onAlert: metrics.alert,
  onSuppressed: metrics.withheld,
});
