import type { Clock, Ms } from "../../clock.ts";
import { REFRESH_WITHIN } from "./outbox.ts";

const AT_MOST_EVERY: Ms = 60_000;

/** Reads secrets again after a channel refused its credentials; returns whether any has changed. Never rejects. */
export type Refresher = (channel: string) => Promise<boolean>;

/** Creates the function that reads secrets again: at most once a minute for each channel, within 4 s. */
export function createRefresher(refreshSecrets: () => Promise<boolean>, clock: Clock): Refresher {
  const asked = new Map<string, Ms>();
  return async (channel) => {
    const now = clock.now();
    const before = asked.get(channel);
    if (before !== undefined && now - before < AT_MOST_EVERY) return false;
    asked.set(channel, now);
    const stop = new AbortController();
    const late = clock.sleep(REFRESH_WITHIN, stop.signal).then(
      () => false,
      () => false,
    );
    try {
      return await Promise.race([refreshSecrets().catch(() => false), late]);
    } finally {
      stop.abort();
    }
  };
}
