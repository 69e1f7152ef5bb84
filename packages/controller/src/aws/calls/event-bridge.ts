import type { Ask, Place } from "../ask.ts";

/** One entry of EventBridge's PutEvents. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  /** JSON. */
  readonly detail: string;
  /** ARNs. */
  readonly resources: readonly string[];
}

/** The calls to Amazon EventBridge. */
export interface EventBridgeCalls {
  /** @param bus name or ARN */
  put(at: Place, bus: string, event: BusEvent, ask: Ask): Promise<{ readonly eventId: string | null }>;
}
