import type { Ms } from "./clock.ts";
import type { Key } from "./model/key.ts";

/** Schedules a wake-up of a document. A wake-up may be spurious, but none may be lost. */
export interface Wake {
  /** Resolves once the wake-up is stored safely. Rejects if it could not be scheduled. */
  at(key: Key, when: Ms): Promise<void>;
}
