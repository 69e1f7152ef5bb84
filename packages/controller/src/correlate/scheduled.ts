import type { Ms } from "../clock.ts";
import type { Incident } from "../model/incident.ts";
import type { Params } from "../model/plain.ts";
import type { SignalOf } from "../model/signal.ts";

/** A scheduled event of the instance, as of its newest message. */
type Event = {
  readonly eventArn: string | null;
  readonly code: string;
  readonly startsAt: Ms | null;
  readonly endsAt: Ms | null;
  /** Time of that message. */
  readonly at: Ms;
  /** The event is done or cancelled. */
  readonly over: boolean;
};

/** Bound of events in a document; an instance has one or two scheduled events. */
const MOST_EVENTS = 4;

/**
 * `AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED` and `AWS_EC2_INSTANCE_RETIREMENT_CANCELLED` are about the same event
 * (assumed).
 */
const CALLED_OFF = /_CANCELL?ED$/i;
const stemOf = (code: string): string => code.replace(/_(SCHEDULED|CANCELL?ED)$/i, "");

/**
 * Whether two messages are about one event: they have the same ARN, or, since a cancellation can have another ARN, the
 * same code without its suffix.
 */
function isSame(a: Pick<Event, "eventArn" | "code">, b: Pick<Event, "eventArn" | "code">): boolean {
  if (a.eventArn === b.eventArn) return true;
  return (CALLED_OFF.test(a.code) || CALLED_OFF.test(b.code)) && stemOf(a.code) === stemOf(b.code);
}

/**
 * Adds a message about a scheduled event to the incident's hints. The newest message about each event counts, in
 * whatever order messages come; the pending event that starts first is reported and planned for. `calledOff`: no event
 * is pending.
 */
export function scheduledHints(incident: Incident, signal: SignalOf<"scheduled-change">): Params {
  const { eventArn, code, startsAt, endsAt, at, over } = signal;
  return withEvent(incident, { eventArn, code, startsAt, endsAt, at, over });
}

function withEvent(incident: Incident, heard: Event): Params {
  const { at, over } = heard;
  const known = eventsOf(incident);
  const before = known.find((one) => isSame(one, heard));
  // Of two messages with the same time, the one that ends the event counts.
  if (before !== undefined && (before.at > at || (before.at === at && (before.over || !over)))) return incident.hints;
  const told = before === undefined ? heard : merged(before, heard);
  const events = [...known.filter((one) => one !== before), told].slice(-MOST_EVENTS);
  const ahead = events
    .filter((one) => !one.over)
    .toSorted((a, b) => (a.startsAt ?? Infinity) - (b.startsAt ?? Infinity));
  const first = ahead[0] ?? told;
  return {
    ...incident.hints,
    eventArn: first.eventArn,
    code: first.code,
    startsAt: ahead.length === 0 ? null : first.startsAt,
    endsAt: ahead.length === 0 ? null : first.endsAt,
    calledOff: ahead.length === 0,
    events,
  };
}

/** Adds the end of a Capacity Block, as a scheduled event of the reservation that is never cancelled. */
export function reservedHints(incident: Incident, signal: SignalOf<"capacity-block-expiration">): Params {
  const { reservationId, startsAt, endsAt } = signal;
  const event = { eventArn: reservationId, code: "the end of its Capacity Block", startsAt, endsAt, over: false };
  return withEvent(incident, { ...event, at: signal.at });
}

/**
 * Merges two messages about one event: fields that the later one does not have stay, since a cancellation has no times
 * and an update need not have any.
 */
const merged = (before: Event, heard: Event): Event => ({
  ...heard,
  eventArn: heard.over ? before.eventArn : heard.eventArn,
  code: heard.over ? before.code : heard.code,
  startsAt: heard.startsAt ?? before.startsAt,
  endsAt: heard.endsAt ?? before.endsAt,
});

/** Whether the incident contains the event that the message is about. */
export const hasEvent = (incident: Incident, signal: SignalOf<"scheduled-change">): boolean =>
  eventsOf(incident).some((one) => isSame(one, signal));

/** Only this file writes the list `events`, so its items need no check. */
const areEvents = (value: unknown): value is readonly Event[] => Array.isArray(value);

/** Returns the incident's scheduled events. An incident of an earlier version has only one, in single hints. */
function eventsOf({ hints, signals }: Incident): readonly Event[] {
  const { events } = hints;
  if (areEvents(events)) return events;
  const { eventArn, code, startsAt, endsAt } = hints;
  const told = signals.filter(({ kind }) => kind === "scheduled-change").map(({ at }) => at);
  if (typeof code !== "string" || told.length === 0) return [];
  return [
    {
      eventArn: typeof eventArn === "string" ? eventArn : null,
      code,
      startsAt: typeof startsAt === "number" ? startsAt : null,
      endsAt: typeof endsAt === "number" ? endsAt : null,
      at: Math.max(...told),
      over: false,
    },
  ];
}
