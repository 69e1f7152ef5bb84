import type { Clock } from "../clock.ts";

export type Topic = "incident" | "entry" | "alert";

/** A change. `data` is JSON, made once when the first reader needs it. */
export interface BusEvent {
  readonly id: string;
  readonly topic: Topic;
  readonly data: () => string;
}

export interface Bus {
  /** Publishes an event; `make` is called only if it is read, and then once. */
  publish(topic: Topic, make: () => unknown): void;
  /**
   * Calls `listener` for each event, synchronously: it must be quick, and limit its memory. Returns a function that
   * unsubscribes.
   */
  subscribe(listener: (event: BusEvent) => void): () => void;
  /**
   * Returns the events after the event `id`; null if they are no longer kept: the reader must then fetch everything
   * again.
   */
  since(id: string): readonly BusEvent[] | null;
}

/**
 * Number of kept events: about a minute at the beginning of a storm; each keeps its document (about 4 kB) until it is
 * read.
 */
const CAPACITY = 1_024;

/**
 * Creates the bus of this process's events, which keeps the last `capacity` events for readers that reconnect. Ids
 * contain the start of this run and a counter, so that ids of an earlier run are recognised.
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
