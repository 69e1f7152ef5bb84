import type { Ms } from "../clock.ts";
import type { Incident } from "../model/incident.ts";
import type { Params } from "../model/plain.ts";
import type { SignalOf } from "../model/signal.ts";

/** A scheduled event of the instance, as the newest message about it says. */
type Event = {
  readonly eventArn: string | null;
  readonly code: string;
  readonly startsAt: Ms | null;
  readonly endsAt: Ms | null;
  /** When AWS said so. */
  readonly at: Ms;
  /** It is done, or called off. */
  readonly over: boolean;
};

/** A document is small, and an instance has one scheduled event, or two. */
const MOST_EVENTS = 4;

/** `AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED` and `AWS_EC2_INSTANCE_RETIREMENT_CANCELLED` are of one matter (assumed). */
const CALLED_OFF = /_CANCELL?ED$/i;
const stemOf = (code: string): string => code.replace(/_(SCHEDULED|CANCELL?ED)$/i, "");

/** Whether two messages are about one event: by its ARN, or, where a cancellation has an ARN of its own, by its matter. */
function isSame(a: Pick<Event, "eventArn" | "code">, b: Pick<Event, "eventArn" | "code">): boolean {
  if (a.eventArn === b.eventArn) return true;
  return (CALLED_OFF.test(a.code) || CALLED_OFF.test(b.code)) && stemOf(a.code) === stemOf(b.code);
}

/**
 * What an incident knows of its scheduled events after one more message, as hints: the newest message about each event
 * counts, in whatever order they come; of the events that are still to come the one that starts first is told and planned
 * for. `calledOff`: none is left.
 */
export function scheduledHints(incident: Incident, signal: SignalOf<"scheduled-change">): Params {
  const { eventArn, code, startsAt, endsAt, at, over } = signal;
  return withEvent(incident, { eventArn, code, startsAt, endsAt, at, over });
}

function withEvent(incident: Incident, heard: Event): Params {
  const { at, over } = heard;
  const known = eventsOf(incident);
  const before = known.find((one) => isSame(one, heard));
  // Of two of one time the one that ends it counts.
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

/** The end of a Capacity Block is an event of the reservation, at a time of its own, and is never called off. */
export function reservedHints(incident: Incident, signal: SignalOf<"capacity-block-expiration">): Params {
  const { reservationId, startsAt, endsAt } = signal;
  const event = { eventArn: reservationId, code: "the end of its Capacity Block", startsAt, endsAt, over: false };
  return withEvent(incident, { ...event, at: signal.at });
}

/** What a later message leaves out stays as it was told: a cancellation names no times, and an update need not either. */
const merged = (before: Event, heard: Event): Event => ({
  ...heard,
  eventArn: heard.over ? before.eventArn : heard.eventArn,
  code: heard.over ? before.code : heard.code,
  startsAt: heard.startsAt ?? before.startsAt,
  endsAt: heard.endsAt ?? before.endsAt,
});

/** Whether the incident has heard of the event that the message is about. */
export const knowsEvent = (incident: Incident, signal: SignalOf<"scheduled-change">): boolean =>
  eventsOf(incident).some((one) => isSame(one, signal));

/** A list under that name was written here, or is not there. */
const areEvents = (value: unknown): value is readonly Event[] => Array.isArray(value);

/** Those of an incident that an earlier version wrote stand in its hints alone. */
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
