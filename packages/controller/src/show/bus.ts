import type { Clock } from "../clock.ts";

export type Topic = "incident" | "entry" | "alert";

/** Something that changed. `data` is JSON, made once when the first reader asks. */
export interface BusEvent {
  readonly id: string;
  readonly topic: Topic;
  readonly data: () => string;
}

export interface Bus {
  /** `make` is called only if somebody reads the event, and then once. */
  publish(topic: Topic, make: () => unknown): void;
  /** Calls `listener` in the publisher's turn: it must be quick, and bound what it keeps. Returns what ends it. */
  subscribe(listener: (event: BusEvent) => void): () => void;
  /** What came after the event `id`; null: that is no longer known, so the reader must fetch all anew. */
  since(id: string): readonly BusEvent[] | null;
}

/** About a minute of a storm's beginning; an event keeps its document until it is read, some 4 kB. */
const CAPACITY = 1_024;

/**
 * Tells what happens in this process to whoever listens, keeping the last `capacity` events for readers that come back.
 * Ids are this run's beginning and a count, so that those of an earlier run are told from ours.
 */
export function createBus(clock: Pick<Clock, "now">, capacity: number = CAPACITY): Bus {
  const run = clock.now().toString(36);
  const listeners = new Set<(event: BusEvent) => void>();
  const ring: BusEvent[] = [];
  let count = 0;

  return {
    publish(topic, make) {
      count++;
      const event: BusEvent = { id: `${run}-${count}`, topic, data: once(make) };
      ring[count % capacity] = event;
      for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    since(id) {
      const match = /^([0-9a-z]+)-(\d{1,15})$/.exec(id);
      const last = Number(match?.[2]);
      if (match?.[1] !== run || last > count || last < count - capacity) return null;
      return Array.from({ length: count - last }, (_, index) => ring[(last + 1 + index) % capacity]).filter(
        (event) => event !== undefined,
      );
    },
  };
}

function once(make: () => unknown): () => string {
  let pending: (() => unknown) | null = make;
  let text = "";
  return () => {
    if (pending !== null) text = JSON.stringify(pending());
    pending = null;
    return text;
  };
}
