import { later } from "./later.ts";
import type { JsonObject, Ms } from "../operation.ts";
import type { Region, World } from "./state.ts";

/** An EventBridge rule with a queue as target; empty lists match everything. */
export interface EventRule {
  readonly sources: readonly string[];
  readonly detailTypes: readonly string[];
  /** Fields of the detail that must have one of these values; absent: no condition. */
  readonly detail?: Readonly<Record<string, readonly string[]>>;
  readonly queueArn: string;
  /**
   * Whether the target gets only `$.detail`:
   * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html (InputPath)
   */
  readonly detailOnly?: boolean;
}

export interface FleetEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
}

/** How the delivery of an event differs from a normal one. */
export interface Delivery {
  /** A delay in addition to the usual one. */
  readonly late?: Ms;
  /** The number of extra copies, each with its own delay. */
  readonly duplicates?: number;
  /** A random delay up to this for each copy, so that later events overtake it. */
  readonly shuffle?: Ms;
}

/**
 * Formats a time in whole seconds, as EventBridge does:
 * https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 */
const eventTime = (at: Ms): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const matches = (rule: EventRule, event: FleetEvent): boolean =>
  (rule.sources.length === 0 || rule.sources.includes(event.source)) &&
  (rule.detailTypes.length === 0 || rule.detailTypes.includes(event.detailType)) &&
  Object.entries(rule.detail ?? {}).every(([name, values]) => {
    const value = event.detail[name];
    return typeof value === "string" && values.includes(value);
  });

/** Publishes an event to the queues of matching rules, after the usual delay and what `delivery` adds. */
export const publish = (world: World, region: Region, event: FleetEvent, delivery: Delivery = {}): void => {
  const rules = region.rules.filter((rule) => matches(rule, event));
  if (rules.length === 0) return;
  const { clock, random, settings, send } = world;
  const body = JSON.stringify({
    version: "0",
    id: random.uuid(),
    "detail-type": event.detailType,
    source: event.source,
    account: region.account,
    time: eventTime(clock.now()),
    region: region.name,
    resources: event.resources,
    detail: event.detail,
  });
  for (const { queueArn, detailOnly = false } of rules) {
    const passed = detailOnly ? JSON.stringify(event.detail) : body;
    for (let copy = 0; copy <= (delivery.duplicates ?? 0); copy += 1) {
      const delay = random.within(settings.eventDelay) + (delivery.late ?? 0) + random.next() * (delivery.shuffle ?? 0);
      later(world, Math.round(delay), () => send(queueArn, passed));
    }
  }
};
